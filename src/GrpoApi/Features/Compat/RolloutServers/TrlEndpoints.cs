using System.Text.Json;
using Grpo.Engines;
using Grpo.Rollouts;
using GrpoApi.Features.Compat.OpenAi;
using GrpoApi.Features.Compat.Sampling;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Compat.RolloutServers;

/// <summary>The server that TRL up to 1.10 samples from (<c>vllm_server_base_url="http://HOST:PORT/compat/trl"</c>). The default policy answers.</summary>
public static class TrlEndpoints
{
    private const string GenerateExample = """{"prompts": [[72, 105]], "n": 2, "temperature": 1.0, "max_tokens": 16, "logprobs": 0, "generation_kwargs": {"seed": 1234}}""";
    private const string ChatExample = """{"messages": [[{"role": "user", "content": "What is 37 + 58?"}]], "n": 2, "max_tokens": 16, "generation_kwargs": {"seed": 1234}}""";

    /// <summary>Maps the operations.</summary>
    internal static void MapTrl(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/trl/health/", GetHealth).WithName("TrlHealth").WithTags(CompatEndpoints.Tag).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/trl/get_world_size/", GetWorldSize).WithName("TrlWorldSize").WithTags(CompatEndpoints.Tag);
        routes.MapPost("/trl/generate/", Generate).WithName("TrlGenerate").WithTags(CompatEndpoints.Tag).WithRequestExample(GenerateExample).ProducesPolicyProblems().ProducesValidationProblem();
        routes.MapPost("/trl/chat/", Chat).WithName("TrlChat").WithTags(CompatEndpoints.Tag).WithRequestExample(ChatExample).ProducesPolicyProblems().ProducesValidationProblem();
        routes.MapTrlScoring();
    }

    /// <summary>Whether TRL may begin.</summary>
    /// <remarks>TRL's client polls it until it answers 200.</remarks>
    /// <response code="200">The default policy is loaded.</response>
    /// <response code="503">It is loading, or could not be loaded.</response>
    public static Ok<TrlHealth> GetHealth(PolicyCatalog policies)
    {
        policies.Get(null);
        return TypedResults.Ok(new TrlHealth());
    }

    /// <summary>How many processes share the model.</summary>
    /// <remarks>TRL asks before it sends weights by NCCL, which this service has no part in: send them to <c>/v1/policies/{name}/weights</c>.</remarks>
    /// <response code="200">Always 1.</response>
    public static Ok<TrlWorldSize> GetWorldSize() => TypedResults.Ok(new TrlWorldSize());

    /// <summary>Sample completions as TRL's server does.</summary>
    /// <remarks>
    /// Samples as <c>POST /v1/rollouts</c> does: with the same seed (<c>generation_kwargs.seed</c>) the n completions of a prompt are its group. Log-probabilities
    /// are under softmax(logits / temperature) over the full vocabulary, which is what TRL computes again in training. Fields of <c>generation_kwargs</c> win
    /// over those beside them.
    /// </remarks>
    /// <response code="200">The completions, prompt by prompt.</response>
    /// <response code="400">The request is not valid.</response>
    /// <response code="404">There is no default policy.</response>
    /// <response code="503">The policy is loading, or its queue is full; try again after Retry-After seconds.</response>
    internal static Task<Ok<TrlCompletions>> Generate(TrlGenerateRequest request, CompatRollouts rollouts, CancellationToken cancellationToken)
    {
        SamplingFields.Refuse(request.Images is { ValueKind: JsonValueKind.Array } images && images.EnumerateArray().Any(image => image.ValueKind != JsonValueKind.Null), "images");
        var policy = rollouts.Policy(null);
        var prompts = CompatPrompts.Read(request.Prompts, "prompts", policy.Tokenizer, out var isList);
        return isList ? SampleAsync(request, policy, prompts, "prompts", rollouts, cancellationToken) : throw RequestValidation.Invalid("prompts", "Must be a list of texts or of lists of token ids.");
    }

    /// <summary>Answer conversations as TRL's server does.</summary>
    /// <remarks>The conversations go through the policy's chat template; the rest is as for <c>/compat/trl/generate/</c>.</remarks>
    /// <response code="200">The completions, conversation by conversation.</response>
    /// <response code="400">The request is not valid, or the chat template refused the messages.</response>
    /// <response code="404">There is no default policy.</response>
    /// <response code="503">The policy is loading, or its queue is full; try again after Retry-After seconds.</response>
    internal static Task<Ok<TrlCompletions>> Chat(TrlChatRequest request, CompatRollouts rollouts, CancellationToken cancellationToken)
    {
        var policy = rollouts.Policy(null);
        int[][] prompts = [.. request.Messages.Select((messages, index) => ChatPrompts.Tokenize(messages, request.Tools, request.ChatTemplateKwargs, policy.Tokenizer, $"messages[{index}]"))];
        return SampleAsync(request, policy, prompts, "messages", rollouts, cancellationToken);
    }

    private static async Task<Ok<TrlCompletions>> SampleAsync(TrlSampling request, IPolicy policy, IReadOnlyList<int[]> prompts, string field, CompatRollouts rollouts, CancellationToken cancellationToken)
    {
        var parameters = request.ToParameters();
        var paths = new CallerPaths(index => $"{field}[{index}]", "", ("prompts", field), ("group_size", "n"));
        var rollout = rollouts.Plan(policy, prompts, parameters.N ?? 1, parameters.ToRolloutSampling(paths), (parameters.Logprobs ?? 0, "logprobs"), paths);
        var groups = await rollout.SampleAsync(cancellationToken);
        Completion[] completions = [.. groups.SelectMany(group => group.Completions)];
        var ranked = parameters.Logprobs is null ? null : Array.ConvertAll(completions, completion => completion.TokenIds.Select((id, t) => Ranked(id, completion.Logprobs[t], completion.TopLogprobs?[t])).ToArray());
        return TypedResults.Ok(new TrlCompletions
        {
            PromptIds = prompts,
            CompletionIds = Array.ConvertAll(completions, completion => completion.TokenIds),
            Logprobs = ranked is null ? null : Array.ConvertAll(ranked, tokens => Array.ConvertAll(tokens, one => Array.ConvertAll(one, candidate => candidate.Logprob))),
            LogprobTokenIds = ranked is null ? null : Array.ConvertAll(ranked, tokens => Array.ConvertAll(tokens, one => Array.ConvertAll(one, candidate => candidate.TokenId))),
        });
    }

    // The likeliest first; the sampled token at the end where it is none of them.
    private static TokenLogprob[] Ranked(int tokenId, float logprob, TokenLogprob[]? top) =>
        top is null ? [new(tokenId, logprob)] : Array.Exists(top, one => one.TokenId == tokenId) ? top : [.. top, new(tokenId, logprob)];
}
