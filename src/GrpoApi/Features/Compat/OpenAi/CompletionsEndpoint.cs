using System.Runtime.CompilerServices;
using Grpo.Rollouts;
using GrpoApi.Features.Compat.Sampling;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>OpenAI's completions.</summary>
public static class CompletionsEndpoint
{
    private const int DefaultMaxTokens = 16;

    /// <summary>Complete prompts as OpenAI's API does.</summary>
    /// <remarks>
    /// Samples as <c>POST /v1/rollouts</c> does: with the same seed the n completions of a prompt are its group. <c>logprobs</c> are under
    /// softmax(logits / temperature) over the full vocabulary, whatever top_p, top_k and min_p leave out. With <c>stream</c> the answer is
    /// server-sent events, the last one <c>[DONE]</c>. Fields that would change what is drawn and are not supported are refused; unknown ones are ignored.
    /// </remarks>
    /// <response code="200">n completions per prompt.</response>
    /// <response code="400">The request is not valid.</response>
    /// <response code="401">Keys are configured and none was presented.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="413">The body is larger than the limit.</response>
    /// <response code="500">The server failed.</response>
    /// <response code="503">The policy is loading, or its queue is full; try again after Retry-After seconds.</response>
    internal static async Task<Results<Ok<CompletionResponse>, EventLines<CompletionResponse>>> CreateCompletion(CompletionRequest request, CompatRollouts rollouts, TimeProvider time, CancellationToken cancellationToken)
    {
        var policy = rollouts.Policy(request.Model);
        var prompts = CompatPrompts.Read(request.Prompt, "prompt", policy.Tokenizer, out var isList);
        var paths = new CallerPaths(index => isList ? $"prompt[{index}]" : "prompt", "", ("prompts", "prompt"), ("group_size", "n"));
        SamplingFields.Refuse(request.BestOf is { } best && best != (request.N ?? 1), "best_of");
        SamplingFields.Refuse(request.Suffix is { Length: > 0 }, "suffix");
        var scoresOnly = request is { Echo: true, MaxTokens: 0 };
        var sampling = request.ToSampling(DefaultMaxTokens, paths);
        var rollout = rollouts.Plan(policy, prompts, request.N ?? 1, scoresOnly ? sampling with { MaxTokens = 1 } : sampling, (request.Logprobs ?? 0, "logprobs"), paths);
        var answer = new CompletionAnswer(request, rollout, time.GetUtcNow());
        if (request.Stream is not true) return TypedResults.Ok(await answer.CompleteAsync(scoresOnly, cancellationToken));
        SamplingFields.Refuse(request.Echo is true, "echo");
        return new EventLines<CompletionResponse>(token => answer.StreamAsync(token));
    }
}

/// <summary>The answer to one request.</summary>
internal sealed class CompletionAnswer(CompletionRequest request, CompatRollout rollout, DateTimeOffset now)
{
    private readonly string _id = $"cmpl-{Guid.NewGuid():N}";
    private readonly int _n = request.N ?? 1;

    /// <summary>The whole answer.</summary>
    /// <param name="scoresOnly">Whether the prompts are scored and nothing is sampled.</param>
    /// <param name="cancellationToken">Calls it off.</param>
    public async Task<CompletionResponse> CompleteAsync(bool scoresOnly, CancellationToken cancellationToken)
    {
        var groups = scoresOnly ? null : await rollout.SampleAsync(cancellationToken);
        var choices = new List<CompletionChoice>();
        foreach (var (prompt, plan) in rollout.Plan.Groups.Index())
        {
            var scores = request is { Echo: true, Logprobs: { } top }
                ? await CompatRollouts.ScorePromptAsync(rollout.Policy, plan.PromptTokenIds, plan.Sampling.Temperature, top, "echo", cancellationToken)
                : null;
            for (var index = 0; index < _n; index++) choices.Add(Choice(plan, (prompt * _n) + index, groups?[prompt].Completions[index], scores));
        }

        var completions = groups?.SelectMany(group => group.Completions).ToList() ?? [];
        return Response(choices, completions.Count == 0 ? rollout.Policy.Info.Version : completions.Min(completion => completion.PolicyVersion), completions.Sum(completion => completion.TokenIds.Length));
    }

    /// <summary>The answer in chunks.</summary>
    public async IAsyncEnumerable<CompletionResponse> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var writers = Enumerable.Range(0, rollout.Plan.Groups.Count * _n).Select(_ => Writer()).ToArray();
        var (told, sampled) = (new HashSet<int>(), 0);
        await foreach (var piece in rollout.StreamAsync(cancellationToken))
        {
            var index = (piece.PromptIndex * _n) + piece.Index;
            sampled += piece.Tokens.Count;
            foreach (var token in piece.Tokens) writers[index].Add(token.TokenId, token.Logprob, token.TopLogprobs);
            yield return Response(
                [
                    new CompletionChoice
                    {
                        Index = index,
                        Text = piece.Text,
                        Logprobs = request.Logprobs is null ? null : writers[index].Take(),
                        FinishReason = OpenAiWords.NameOf(piece.FinishReason),
                        StopReason = OpenAiWords.NameOf(piece.StopReason),
                        TokenIds = request.ReturnTokenIds is true ? [.. piece.Tokens.Select(token => token.TokenId)] : null,
                        PromptTokenIds = request.ReturnTokenIds is true && told.Add(index) ? rollout.Plan.Groups[piece.PromptIndex].PromptTokenIds : null,
                    },
                ],
                rollout.Policy.Info.Version,
                completionTokens: null);
        }

        if (request.StreamOptions?.IncludeUsage is true) yield return Response([], rollout.Policy.Info.Version, sampled);
    }

    private CompletionChoice Choice(GroupRequest plan, int index, Completion? completion, ScoredCompletion? promptScores)
    {
        var text = completion?.Text ?? "";
        return new CompletionChoice
        {
            Index = index,
            Text = request.Echo is true ? rollout.Policy.Tokenizer.Decode(plan.PromptTokenIds, skipSpecialTokens: false) + text : text,
            Logprobs = request.Logprobs is null ? null : Logprobs(plan.PromptTokenIds, completion, promptScores),
            FinishReason = completion is null ? "length" : OpenAiWords.NameOf(completion.FinishReason),
            StopReason = OpenAiWords.NameOf(completion?.StopReason),
            TokenIds = request.ReturnTokenIds is true ? completion?.TokenIds ?? [] : null,
            PromptTokenIds = request.ReturnTokenIds is true ? plan.PromptTokenIds : null,
        };
    }

    private CompletionLogprobs Logprobs(int[] prompt, Completion? completion, ScoredCompletion? promptScores)
    {
        var writer = Writer();
        if (promptScores is not null)
        {
            writer.AddFirst(prompt[0]);
            for (var t = 1; t < prompt.Length; t++) writer.Add(prompt[t], promptScores.Logprobs[t - 1], promptScores.TopLogprobs?[t - 1]);
        }

        for (var t = 0; t < completion?.TokenIds.Length; t++) writer.Add(completion.TokenIds[t], completion.Logprobs[t], completion.TopLogprobs?[t]);
        return writer.Take();
    }

    private CompletionLogprobsWriter Writer() => new(rollout.Policy.Tokenizer, request.ReturnTokensAsTokenIds is true);

    private CompletionResponse Response(IReadOnlyList<CompletionChoice> choices, int version, int? completionTokens) => new()
    {
        Id = _id,
        Created = now.ToUnixTimeSeconds(),
        Model = rollout.Policy.Info.Name,
        Choices = choices,
        Usage = completionTokens is { } sampled ? new OpenAiUsage { PromptTokens = rollout.PromptTokens, CompletionTokens = sampled } : null,
        SystemFingerprint = OpenAiWords.Fingerprint(rollout.Policy.Info, version),
    };
}
