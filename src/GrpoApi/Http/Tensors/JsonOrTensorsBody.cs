using System.Text;
using System.Text.Json;
using Grpo.Engines.Weights;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace GrpoApi.Http.Tensors;

/// <summary>Reads a request body that is JSON or safetensors, whichever its Content-Type says.</summary>
internal static class JsonOrTensorsBody
{
    /// <summary>The longest safetensors header accepted, in bytes: it holds the settings of a request and some twenty names.</summary>
    public const int MaxHeaderLength = 4 * 1024 * 1024;

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
            // The tensors are views of the body, so it stays until the answer is sent.
            var body = await RequestBody.ReadAsync(http.Request, limits.MaxBodyBytes, http.RequestAborted);
            http.Response.RegisterForDispose(body);
            return fromTensors(SafetensorsFile.Read(body.Bytes, MaxHeaderLength));
        }

        if (!http.Request.HasJsonContentType()) throw new BadHttpRequestException($"The content type must be {SafetensorsMedia.Json} or {SafetensorsMedia.Type}.", StatusCodes.Status415UnsupportedMediaType);
        return await ReadJsonAsync<T>(http, limits) ?? throw new BadHttpRequestException("The request has no JSON body.");
    }

    private static async Task<T?> ReadJsonAsync<T>(HttpContext http, LimitsOptions limits)
        where T : class
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return null;
        try
        {
            if (IsInAnotherEncoding(http.Request)) return await http.Request.ReadFromJsonAsync<T>(http.RequestAborted);
            // In one piece: read as it arrives, each array would be scanned anew whenever more of it is there.
            using var body = await RequestBody.ReadAsync(http.Request, limits.MaxBodyBytes, http.RequestAborted);
            return JsonSerializer.Deserialize<T>(WithoutByteOrderMark(body.Bytes.Span), JsonConventions.Options);
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException(exception.Message, StatusCodes.Status400BadRequest, exception);
        }
    }

    private static bool IsInAnotherEncoding(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset is { HasValue: true } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> json) => json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;
}
