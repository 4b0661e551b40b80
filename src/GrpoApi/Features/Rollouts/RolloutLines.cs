using System.Reflection;
using System.Text.Json;
using Grpo.Rollouts;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace GrpoApi.Features.Rollouts;

/// <summary>An answer in lines of JSON: each group as soon as it is complete, then one line with the rest.</summary>
public sealed class RolloutLines : IResult, IEndpointMetadataProvider
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/x-ndjson";

    private readonly RolloutsRequest _request;
    private readonly IPolicy _policy;
    private readonly RolloutPlan _plan;
    private readonly ReferenceScoring? _reference;
    private readonly TimeProvider _time;

    internal RolloutLines(RolloutsRequest request, IPolicy policy, RolloutPlan plan, ReferenceScoring? reference, TimeProvider time) =>
        (_request, _policy, _plan, _reference, _time) = (request, policy, plan, reference, time);

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(RolloutsSummary), [MediaType]));

    /// <summary>Whether a request asks for lines.</summary>
    public static bool IsAccepted(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(range => range.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase) && range.Quality is not 0);

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // Nothing is written before the first group is there, so that a full queue is still answered as a problem.
        using var together = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted);
        var groups = new CompletionGroup[_plan.Groups.Count];
        var running = Enumerable.Range(0, groups.Length).Select(index => SampleAsync(index, groups, together)).ToList();
        httpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        await foreach (var one in Task.WhenEach(running))
        {
            await WriteAsync(httpContext, Line(await one, groups, together.Token));
        }

        var started = _time.GetTimestamp();
        var judgement = RolloutJudgement.Of(_request, groups, _policy.Tokenizer, together.Token);
        await WriteAsync(httpContext, RolloutsSummary.Of(RolloutsAnswer.From(_request, _policy.Info, _plan, groups, judgement, _time.GetElapsedTime(started))));
    }

    private async Task<int> SampleAsync(int index, CompletionGroup[] groups, CancellationTokenSource together)
    {
        try
        {
            groups[index] = await _policy.SampleAsync(_plan.Groups[index], _reference, together.Token);
            return index;
        }
        catch
        {
            await together.CancelAsync();
            throw;
        }
    }

    /// <summary>One group, judged on its own.</summary>
    private RolloutGroup Line(int index, CompletionGroup[] groups, CancellationToken cancellationToken)
    {
        var (alone, group) = (_request with { Prompts = [_request.Prompts[index]] }, groups[index]);
        var judgement = RolloutJudgement.Of(alone, [group], _policy.Tokenizer, cancellationToken);
        var answer = RolloutsAnswer.From(alone, _policy.Info, _plan, [group], judgement, TimeSpan.Zero).Groups[0];
        return answer with { Id = _request.Prompts[index].Id ?? $"p{index}", PromptIndex = index };
    }

    private static async Task WriteAsync<T>(HttpContext http, T line)
    {
        if (!http.Response.HasStarted) http.Response.ContentType = MediaType;
        await JsonSerializer.SerializeAsync(http.Response.Body, line, JsonConventions.Options, http.RequestAborted);
        await http.Response.Body.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}

/// <summary>The last line of a stream: what concerns the request as a whole.</summary>
public sealed record RolloutsSummary
{
    /// <summary>The policy that sampled.</summary>
    public required string Policy { get; init; }

    /// <summary>The version of the weights that sampled; the oldest one where completions have several.</summary>
    public required int PolicyVersion { get; init; }

    /// <summary>The seed used; the same request with it gives the same completions.</summary>
    public required long Seed { get; init; }

    /// <summary>Figures of the whole request under TRL's names; null where undefined.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>Tokens read and sampled.</summary>
    public required TokenUsage Usage { get; init; }

    /// <summary>Where the time went.</summary>
    public required RolloutsTiming Timing { get; init; }

    internal static RolloutsSummary Of(RolloutsResponse answer) => new()
    {
        Policy = answer.Policy,
        PolicyVersion = answer.PolicyVersion,
        Seed = answer.Seed,
        Metrics = answer.Metrics,
        Usage = answer.Usage,
        Timing = answer.Timing,
    };
}
