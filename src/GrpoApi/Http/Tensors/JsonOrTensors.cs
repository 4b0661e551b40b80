using System.Buffers;
using System.Reflection;
using Grpo.Engines.Weights;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace GrpoApi.Http.Tensors;

/// <summary>An answer of status 200 in JSON, or in safetensors for who accepts it.</summary>
/// <typeparam name="T">The answer in JSON.</typeparam>
/// <param name="value">The answer.</param>
/// <param name="tensors">The same as tensors; called only when these are wanted.</param>
public sealed class JsonOrTensors<T>(T value, Func<SafetensorsWriter> tensors) : IResult, IEndpointMetadataProvider
{
    /// <summary>Bytes after which what is written goes to the client: large enough for few system calls, small beside a body.</summary>
    private const int FlushEvery = 256 * 1024;

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [SafetensorsMedia.Json, SafetensorsMedia.Type]));

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (!SafetensorsMedia.IsAccepted(httpContext.Request))
        {
            await TypedResults.Ok(value).ExecuteAsync(httpContext);
            return;
        }

        var file = tensors();
        response.ContentType = SafetensorsMedia.Type;
        response.ContentLength = file.Length;
        var unflushed = 0;
        foreach (var chunk in file.Chunks())
        {
            response.BodyWriter.Write(chunk.Span);
            unflushed += chunk.Length;
            if (unflushed < FlushEvery) continue;
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
            unflushed = 0;
        }

        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
