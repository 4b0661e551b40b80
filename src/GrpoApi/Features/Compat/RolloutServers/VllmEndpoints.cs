using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Grpo.Rollouts;
using GrpoApi.Features.Compat.OpenAi;
using GrpoApi.Features.Compat.Sampling;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Compat.RolloutServers;

/// <summary>vLLM's tokens in, tokens out (<c>POST /inference/v1/generate</c> under <c>/compat/vllm</c>).</summary>
public static class VllmEndpoints
{
    private const string Example = """{"token_ids": [72, 105], "sampling_params": {"n": 2, "max_tokens": 16, "logprobs": 1, "seed": 1234}}""";
    private static readonly CallerPaths Paths = new(_ => "token_ids", "sampling_params.", ("group_size", "sampling_params.n"));

    /// <summary>Maps the operation.</summary>
    internal static void MapVllm(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/vllm/inference/v1/generate", Generate).WithName("VllmGenerate").WithTags(CompatEndpoints.Tag).WithRequestExample(Example).Samples();

    /// <summary>Sample from token ids as a vLLM server does.</summary>
    /// <remarks>
    /// Samples as <c>POST /v1/rollouts</c> does: with the same seed the n choices are the prompt's group. Log-probabilities are under
    /// softmax(logits / temperature) over the full vocabulary. With <c>stream</c> the answer is server-sent events, the last one <c>[DONE]</c>.
    /// </remarks>
    /// <response code="200">n choices.</response>
    /// <response code="400">The request is not valid.</response>
    /// <response code="401">Keys are configured and none was presented.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="413">The body is larger than the limit.</response>
    /// <response code="500">The server failed.</response>
    /// <response code="503">The policy is loading, or its queue is full; try again after Retry-After seconds.</response>
    internal static async Task<Results<Ok<VllmGenerateResponse>, EventLines<VllmGenerateResponse>>> Generate(VllmGenerateRequest request, CompatRollouts rollouts, TimeProvider time, CancellationToken cancellationToken)
    {
        var policy = rollouts.Policy(request.Model);
        var parameters = request.SamplingParams;
        var rollout = rollouts.Plan(policy, [[.. request.TokenIds]], parameters.N ?? 1, parameters.ToRolloutSampling(Paths), (parameters.Logprobs ?? 0, "sampling_params.logprobs"), Paths);
        if (parameters.PromptLogprobs is { } wanted) CompatRollouts.RequireTopLogprobs(wanted, "sampling_params.prompt_logprobs");
        var answer = new VllmAnswer(request, rollout, time.GetUtcNow());
        return request.Stream is true ? new EventLines<VllmGenerateResponse>(answer.StreamAsync) : TypedResults.Ok(await answer.CompleteAsync(cancellationToken));
    }
}

/// <summary>The answer to one request.</summary>
internal sealed class VllmAnswer(VllmGenerateRequest request, CompatRollout rollout, DateTimeOffset now)
{
    private readonly string _id = request.RequestId ?? Guid.NewGuid().ToString("N");

    /// <summary>The whole answer.</summary>
    public async Task<VllmGenerateResponse> CompleteAsync(CancellationToken cancellationToken)
    {
        var completions = (await rollout.SampleAsync(cancellationToken))[0].Completions;
        var choices = completions.Select(completion => new VllmChoice
        {
            Index = completion.Index,
            TokenIds = completion.TokenIds,
            Text = request.OutputMode == "text" ? completion.Text : null,
            FinishReason = OpenAiWords.NameOf(completion.FinishReason),
            StopReason = OpenAiWords.NameOf(completion.StopReason),
            Logprobs = Logprobs(completion.TokenIds.Select((id, t) => (id, completion.Logprobs[t], completion.TopLogprobs?[t]))),
            PolicyVersion = completion.PolicyVersion,
        });
        return Response([.. choices]) with
        {
            Usage = Usage(completions.Sum(completion => completion.TokenIds.Length)),
            PromptTokenIds = PromptTokenIds,
            PromptLogprobs = await PromptLogprobsAsync(cancellationToken),
        };
    }

    /// <summary>The answer in chunks.</summary>
    public async IAsyncEnumerable<VllmGenerateResponse> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sampled = 0;
        await foreach (var piece in rollout.StreamAsync(cancellationToken))
        {
            var isFirst = sampled == 0;
            sampled += piece.Tokens.Count;
            var choice = new VllmChoice
            {
                Index = piece.Index,
                TokenIds = [.. piece.Tokens.Select(token => token.TokenId)],
                Text = request.OutputMode == "text" ? piece.Text : null,
                FinishReason = OpenAiWords.NameOf(piece.FinishReason),
                StopReason = OpenAiWords.NameOf(piece.StopReason),
                Logprobs = Logprobs(piece.Tokens.Select(token => (token.TokenId, token.Logprob, token.TopLogprobs))),
            };
            yield return Response([choice]) with { PromptTokenIds = isFirst ? PromptTokenIds : null };
        }

        if (request.StreamOptions?.IncludeUsage is true) yield return Response([]) with { Usage = Usage(sampled) };
    }

    private IReadOnlyList<int>? PromptTokenIds => request.ReturnTokenIds is true ? request.TokenIds : null;

    private VllmLogprobs? Logprobs(IEnumerable<(int TokenId, float Logprob, TokenLogprob[]? Top)> tokens) => request.SamplingParams.Logprobs is null ? null : new VllmLogprobs
    {
        Content = [.. tokens.Select(token => new VllmTokenLogprob
        {
            TokenId = token.TokenId,
            Logprob = token.Logprob,
            Rank = RankOf(token.TokenId, token.Top),
            TopLogprobs = SampledFirst(token.TokenId, token.Logprob, token.Top),
        })],
    };

    // The sampled token, then the others in their order.
    private static List<VllmTokenLogprob> SampledFirst(int tokenId, float logprob, TokenLogprob[]? top) =>
    [
        new() { TokenId = tokenId, Logprob = logprob, Rank = RankOf(tokenId, top) },
        .. (top ?? []).Index().Where(one => one.Item.TokenId != tokenId).Select(one => new VllmTokenLogprob { TokenId = one.Item.TokenId, Logprob = one.Item.Logprob, Rank = one.Index + 1 }),
    ];

    private static int? RankOf(int tokenId, TokenLogprob[]? top) => Array.FindIndex(top ?? [], one => one.TokenId == tokenId) is >= 0 and var index ? index + 1 : null;

    private async Task<IReadOnlyList<IReadOnlyDictionary<string, VllmPromptLogprob>?>?> PromptLogprobsAsync(CancellationToken cancellationToken)
    {
        if (request.SamplingParams.PromptLogprobs is not { } count) return null;
        var (prompt, sampling) = (rollout.Plan.Groups[0].PromptTokenIds, rollout.Plan.Groups[0].Sampling);
        var scores = await CompatRollouts.ScorePromptAsync(rollout.Policy, prompt, sampling.Temperature, count, "sampling_params.prompt_logprobs", cancellationToken);
        return [null, .. scores.Logprobs.Select((logprob, t) => SampledFirst(prompt[t + 1], logprob, scores.TopLogprobs?[t])
            .ToDictionary(one => one.TokenId.ToString(), one => new VllmPromptLogprob { Logprob = one.Logprob, Rank = one.Rank, DecodedToken = OpenAiWords.TextOf(one.TokenId, rollout.Policy.Tokenizer) }))];
    }

    private OpenAiUsage Usage(int sampled) => new() { PromptTokens = rollout.PromptTokens, CompletionTokens = sampled };

    private VllmGenerateResponse Response(IReadOnlyList<VllmChoice> choices) => new()
    {
        RequestId = _id,
        Model = rollout.Policy.Info.Name,
        Created = now.ToUnixTimeSeconds(),
        OutputMode = request.OutputMode ?? "tokens",
        Choices = choices,
    };
}

/// <summary>What clients of vLLM's token route send; unknown fields are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record VllmGenerateRequest
{
    /// <summary>Given back; absent: one is made up.</summary>
    public string? RequestId { get; init; }

    /// <summary>The prompt, shape (T).</summary>
    public required IReadOnlyList<int> TokenIds { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public required VllmSamplingParams SamplingParams { get; init; }

    /// <summary>The policy; absent: the default policy.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the prompt is given back.</summary>
    public bool? ReturnTokenIds { get; init; }

    /// <summary>tokens, or text for the text besides.</summary>
    public string? OutputMode { get; init; }

    /// <summary>Whether the answer comes as server-sent events.</summary>
    public bool? Stream { get; init; }

    /// <summary>What a stream tells besides.</summary>
    public StreamOptions? StreamOptions { get; init; }
}

/// <summary>Sampled tokens, or a chunk of them.</summary>
public sealed record VllmGenerateResponse
{
    /// <summary>The caller's, or one made up.</summary>
    public required string RequestId { get; init; }

    /// <summary>The policy that sampled.</summary>
    public required string Model { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>tokens or text.</summary>
    public required string OutputMode { get; init; }

    /// <summary>The completions, shape (n).</summary>
    public required IReadOnlyList<VllmChoice> Choices { get; init; }

    /// <summary>Tokens read and sampled.</summary>
    public OpenAiUsage? Usage { get; init; }

    /// <summary>The prompt. With <c>return_token_ids</c>.</summary>
    public IReadOnlyList<int>? PromptTokenIds { get; init; }

    /// <summary>Log-probabilities at each position of the prompt by token id, null for the first. With <c>sampling_params.prompt_logprobs</c>.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, VllmPromptLogprob>?>? PromptLogprobs { get; init; }
}

/// <summary>One completion.</summary>
public sealed record VllmChoice
{
    /// <summary>The position in the group.</summary>
    public required int Index { get; init; }

    /// <summary>The sampled tokens, the one that ended the completion included, shape (T).</summary>
    public required IReadOnlyList<int> TokenIds { get; init; }

    /// <summary>The text, cut before a stop string. With <c>output_mode: text</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>stop, length, or abort.</summary>
    public required string? FinishReason { get; init; }

    /// <summary>The stop token id or the stop string that ended it; null otherwise.</summary>
    public required System.Text.Json.Nodes.JsonNode? StopReason { get; init; }

    /// <summary>Log-probabilities; null when not asked for.</summary>
    public required VllmLogprobs? Logprobs { get; init; }

    /// <summary>The version of the weights that sampled it; absent in a stream.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PolicyVersion { get; init; }
}

/// <summary>Log-probabilities of a completion.</summary>
public sealed record VllmLogprobs
{
    /// <summary>One entry per token, shape (T).</summary>
    public required IReadOnlyList<VllmTokenLogprob> Content { get; init; }
}

/// <summary>A token and its log-probability.</summary>
public sealed record VllmTokenLogprob
{
    /// <summary>The token.</summary>
    public required int TokenId { get; init; }

    /// <summary>Under softmax(logits / temperature), full vocabulary, nats.</summary>
    public required float Logprob { get; init; }

    /// <summary>1 for the most likely token; null for a token beyond those asked for.</summary>
    public required int? Rank { get; init; }

    /// <summary>The token itself, then the most likely ones; absent in the entries of the list itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<VllmTokenLogprob>? TopLogprobs { get; init; }
}

/// <summary>A token of the prompt, or one that could have been in its place.</summary>
public sealed record VllmPromptLogprob
{
    /// <summary>Under softmax(logits / temperature), full vocabulary, nats.</summary>
    public required float Logprob { get; init; }

    /// <summary>1 for the most likely token; null for a token beyond those asked for.</summary>
    public required int? Rank { get; init; }

    /// <summary>The token as text.</summary>
    public required string DecodedToken { get; init; }
}
