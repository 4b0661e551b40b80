using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Rollouts;
using GrpoApi.Features.Compat.OpenAi;
using GrpoApi.Features.Compat.Sampling;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Compat.RolloutServers;

/// <summary>SGLang's <c>POST /generate</c> under <c>/compat/sglang</c>, which slime, AReaL and verl sample from. The default policy answers.</summary>
public static class SglangEndpoints
{
    private const string Example = """{"input_ids": [72, 105], "sampling_params": {"max_new_tokens": 16, "temperature": 1.0, "sampling_seed": 1234}, "return_logprob": true}""";

    /// <summary>Maps the operation.</summary>
    internal static void MapSglang(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/sglang/generate", Generate).WithName("SglangGenerate").WithTags(CompatEndpoints.Tag).WithRequestExample(Example).ProducesPolicyProblems().ProducesValidationProblem();

    /// <summary>Sample as an SGLang server does.</summary>
    /// <remarks>
    /// Samples as <c>POST /v1/rollouts</c> does: with the same seed (<c>sampling_params.sampling_seed</c>) the n completions of a prompt are its group.
    /// Log-probabilities are under softmax(logits / temperature) over the full vocabulary, before top_k, top_p and min_p, as SGLang's own. The answer is one object for
    /// one prompt with n = 1, and a list otherwise, prompt by prompt.
    /// </remarks>
    /// <response code="200">The completion, or a list of them.</response>
    /// <response code="400">The request is not valid.</response>
    /// <response code="404">There is no default policy.</response>
    /// <response code="503">The policy is loading, or its queue is full; try again after Retry-After seconds.</response>
    internal static async Task<Ok<JsonNode>> Generate(SglangRequest request, CompatRollouts rollouts, CancellationToken cancellationToken)
    {
        SamplingFields.Refuse(request.Stream is true, "stream");
        var policy = rollouts.Policy(null);
        var (source, field) = Source(request);
        var prompts = CompatPrompts.Read(source, field, policy.Tokenizer, out var isList);
        var parameters = request.SamplingParams ?? new SglangSamplingParams();
        var paths = new CallerPaths(
            index => isList ? $"{field}[{index}]" : field, "sampling_params.", ("prompts", field), ("group_size", "sampling_params.n"),
            ("sampling.max_tokens", "sampling_params.max_new_tokens"), ("sampling.min_tokens", "sampling_params.min_new_tokens"));
        var rollout = rollouts.Plan(policy, prompts, parameters.N ?? 1, parameters.ToRolloutSampling(paths), (request.TopLogprobsNum ?? 0, "top_logprobs_num"), paths);
        var groups = await rollout.SampleAsync(cancellationToken);
        var answers = new List<JsonNode>();
        foreach (var group in groups)
        {
            var input = await InputLogprobsAsync(request, rollout, group.PromptTokenIds, cancellationToken);
            answers.AddRange(group.Completions.Select(completion => JsonSerializer.SerializeToNode(Answer(request, parameters, rollout, group, completion, input), JsonConventions.Options)!));
        }

        return TypedResults.Ok(isList || answers.Count > 1 ? new JsonArray([.. answers]) : answers[0]);
    }

    private static (JsonElement Source, string Field) Source(SglangRequest request) => (request.Text, request.InputIds) switch
    {
        ({ ValueKind: not JsonValueKind.Null } text, null or { ValueKind: JsonValueKind.Null }) => (text, "text"),
        (null or { ValueKind: JsonValueKind.Null }, { ValueKind: not JsonValueKind.Null } ids) => (ids, "input_ids"),
        _ => throw RequestValidation.Invalid("$", "Give either text or input_ids."),
    };

    private static SglangCompletion Answer(SglangRequest request, SglangSamplingParams parameters, CompatRollout rollout, CompletionGroup group, Completion completion, JsonArray? input)
    {
        var wantsLogprobs = request.ReturnLogprob is true;
        return new SglangCompletion
        {
            Text = TextOf(completion, parameters, rollout.Policy.Tokenizer),
            OutputIds = completion.TokenIds,
            MetaInfo = new SglangMetaInfo
            {
                Id = request.Rid ?? Guid.NewGuid().ToString("N"),
                FinishReason = FinishReasonOf(completion, rollout.Policy.Info),
                PromptTokens = group.PromptTokenIds.Length,
                CompletionTokens = completion.TokenIds.Length,
                WeightVersion = completion.PolicyVersion.ToString(),
                OutputTokenLogprobs = wantsLogprobs ? [.. completion.TokenIds.Select((id, t) => Triple(completion.Logprobs[t], id, request, rollout))] : null,
                OutputTopLogprobs = wantsLogprobs && completion.TopLogprobs is { } top ? [.. top.Select(position => new JsonArray([.. position.Select(one => Triple(one.Logprob, one.TokenId, request, rollout))]))] : null,
                InputTokenLogprobs = input?.DeepClone().AsArray(),
            },
        };
    }

    private static string TextOf(Completion completion, SglangSamplingParams parameters, IPolicyTokenizer tokenizer)
    {
        var skipsSpecial = parameters.SkipSpecialTokens ?? true;
        if (parameters.NoStopTrim is true) return tokenizer.Decode(completion.TokenIds, skipsSpecial);
        if (skipsSpecial || completion.StopReason is StopReason.Text) return completion.Text;
        return tokenizer.Decode(completion.FinishReason == FinishReason.Stop ? completion.TokenIds.AsSpan(..^1) : completion.TokenIds, skipSpecialTokens: false);
    }

    private static JsonObject FinishReasonOf(Completion completion, PolicyInfo policy) => completion.FinishReason switch
    {
        FinishReason.Stop => new JsonObject { ["type"] = "stop", ["matched"] = OpenAiWords.NameOf(completion.StopReason) ?? completion.TokenIds[^1] },
        FinishReason.Length => new JsonObject { ["type"] = "length", ["length"] = completion.TokenIds.Length },
        _ => new JsonObject { ["type"] = "abort", ["message"] = $"The weights of '{policy.Name}' were replaced." },
    };

    private static async Task<JsonArray?> InputLogprobsAsync(SglangRequest request, CompatRollout rollout, int[] prompt, CancellationToken cancellationToken)
    {
        if (request is not { ReturnLogprob: true, LogprobStartLen: >= 0 and var start }) return null;
        var scores = await CompatRollouts.ScorePromptAsync(rollout.Policy, prompt, rollout.Plan.Groups[0].Sampling.Temperature, topLogprobs: 0, "logprob_start_len", cancellationToken);
        return [.. Enumerable.Range(0, prompt.Length).Skip(start).Select(t => Triple(t == 0 ? null : scores.Logprobs[t - 1], prompt[t], request, rollout))];
    }

    private static JsonArray Triple(float? logprob, int tokenId, SglangRequest request, CompatRollout rollout) =>
        [logprob, tokenId, request.ReturnTextInLogprobs is true ? OpenAiWords.TextOf(tokenId, rollout.Policy.Tokenizer) : null];
}
