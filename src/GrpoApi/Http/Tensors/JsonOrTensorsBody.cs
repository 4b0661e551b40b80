using System.Text.Json;
using Grpo.Engines.Weights;
using Microsoft.AspNetCore.Http.Features;

namespace GrpoApi.Http.Tensors;

/// <summary>Reads a request body that is JSON or safetensors, whichever its Content-Type says.</summary>
internal static class JsonOrTensorsBody
{
    /// <summary>The longest safetensors header accepted, in bytes: it holds the settings of a request and some twenty names.</summary>
    public const int MaxHeaderLength = 4 * 1024 * 1024;

    private const int FirstBuffer = 64 * 1024;

    /// <summary>Reads the body.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limits">The largest body.</param>
    /// <param name="fromTensors">Makes the request of a safetensors body.</param>
    /// <exception cref="BadHttpRequestException">The body is missing, too large, of another type, or not the JSON that is needed.</exception>
    /// <exception cref="SafetensorsException">The body is not the safetensors file that is needed.</exception>
    public static async ValueTask<T> ReadAsync<T>(HttpContext http, LimitsOptions limits, Func<SafetensorsFile, T> fromTensors)
        where T : class
    {
        if (SafetensorsMedia.IsSent(http.Request))
        {
            var body = await ReadBytesAsync(http.Request, Math.Min(limits.MaxBodyBytes, Array.MaxLength), http.RequestAborted);
            return fromTensors(SafetensorsFile.Read(body, MaxHeaderLength));
        }

        if (!http.Request.HasJsonContentType()) throw new BadHttpRequestException($"The content type must be {SafetensorsMedia.Json} or {SafetensorsMedia.Type}.", StatusCodes.Status415UnsupportedMediaType);
        return await ReadJsonAsync<T>(http) ?? throw new BadHttpRequestException("The request has no JSON body.");
    }

    private static async Task<T?> ReadJsonAsync<T>(HttpContext http)
        where T : class
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return null;
        try
        {
            return await http.Request.ReadFromJsonAsync<T>(http.RequestAborted);
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException(exception.Message, StatusCodes.Status400BadRequest, exception);
        }
    }

    /// <summary>The whole body, in one array of its size where the request says its size.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit) throw TooLarge(limit);
        var body = GC.AllocateUninitializedArray<byte>((int)(request.ContentLength ?? Math.Min(FirstBuffer, limit)));
        var filled = 0;
        while (true)
        {
            if (filled == body.Length)
            {
                if (filled == request.ContentLength) return body;
                if (filled == limit) throw TooLarge(limit);
                Array.Resize(ref body, (int)Math.Min(2L * filled, limit));
            }

            var read = await request.Body.ReadAsync(body.AsMemory(filled), cancellationToken);
            if (read == 0) return body.AsMemory(0, filled);
            filled += read;
        }
    }

    private static BadHttpRequestException TooLarge(long limit) => new($"Request body too large. The limit is {limit} bytes (Limits:MaxBodyBytes).", StatusCodes.Status413PayloadTooLarge);
}
