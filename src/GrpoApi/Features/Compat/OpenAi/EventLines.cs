using System.Reflection;
using System.Text.Json;
using Grpo.Rollouts;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>Chunks as server-sent events, each a JSON object, and at the end <c>[DONE]</c>.</summary>
/// <remarks>The first chunk is awaited before anything is written, so that a full queue is still answered by its status. What fails later is an event with an error.</remarks>
public sealed class EventLines<T> : IResult, IEndpointMetadataProvider
{
    private const string MediaType = "text/event-stream";
    private readonly Func<CancellationToken, IAsyncEnumerable<T>> _chunks;

    internal EventLines(Func<CancellationToken, IAsyncEnumerable<T>> chunks) => _chunks = chunks;

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [MediaType]));

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var cancellationToken = httpContext.RequestAborted;
        await using var chunks = _chunks(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var hasChunk = await chunks.MoveNextAsync();
        httpContext.Response.ContentType = MediaType;
        httpContext.Response.Headers.CacheControl = "no-cache";
        while (hasChunk)
        {
            await WriteAsync(httpContext, JsonSerializer.SerializeToUtf8Bytes(chunks.Current, JsonConventions.Options));
            try
            {
                hasChunk = await chunks.MoveNextAsync();
            }
            catch (Exception problem) when (problem is PolicyUnavailableException or PolicyBusyException)
            {
                var error = OpenAiErrors.Mark.Of(new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Detail = problem.Message, Type = ProblemCatalog.PolicyUnavailable });
                await WriteAsync(httpContext, JsonSerializer.SerializeToUtf8Bytes(error, JsonConventions.Options));
                hasChunk = false;
            }
        }

        await WriteAsync(httpContext, "[DONE]"u8.ToArray());
    }

    private static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> data)
    {
        await http.Response.Body.WriteAsync("data: "u8.ToArray(), http.RequestAborted);
        await http.Response.Body.WriteAsync(data, http.RequestAborted);
        await http.Response.Body.WriteAsync("\n\n"u8.ToArray(), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
