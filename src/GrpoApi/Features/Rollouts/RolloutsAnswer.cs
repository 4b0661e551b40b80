using System.Text.Json.Nodes;
using Grpo.Rollouts;

namespace GrpoApi.Features.Rollouts;

/// <summary>Puts sampled groups into the form of the answer.</summary>
internal static class RolloutsAnswer
{
    /// <summary>The answer to a request.</summary>
    public static RolloutsResponse From(RolloutsRequest request, PolicyInfo policy, RolloutPlan plan, IReadOnlyList<CompletionGroup> groups) => new()
    {
        Policy = policy.Name,
        PolicyVersion = policy.Version,
        Seed = plan.Seed,
        Groups = [.. groups.Select((group, index) => Group(request, group, index))],
        Metrics = CompletionMetrics.Of([.. groups.SelectMany(group => group.Completions)]),
        Usage = new TokenUsage
        {
            PromptTokens = groups.Sum(group => group.PromptTokenIds.Length),
            CompletionTokens = groups.Sum(group => group.Completions.Sum(completion => completion.TokenIds.Length)),
        },
        Timing = new RolloutsTiming
        {
            QueueMs = groups.Max(group => group.Timing.QueueMs),
            PrefillMs = groups.Max(group => group.Timing.PrefillMs),
            DecodeMs = groups.Max(group => group.Timing.DecodeMs),
            RewardsMs = 0,
        },
    };

    private static RolloutGroup Group(RolloutsRequest request, CompletionGroup group, int index) => new()
    {
        Id = request.Prompts[index].Id ?? $"p{index}",
        PromptIndex = index,
        PromptTokenIds = group.PromptTokenIds,
        Completions = [.. group.Completions.Select(completion => Completion(request.Include, completion))],
    };

    private static RolloutCompletion Completion(IReadOnlyList<RolloutField> include, Completion completion) => new()
    {
        Index = completion.Index,
        Text = include.Contains(RolloutField.Text) ? completion.Text : null,
        TokenIds = include.Contains(RolloutField.TokenIds) ? completion.TokenIds : null,
        Logprobs = include.Contains(RolloutField.Logprobs) ? completion.Logprobs : null,
        SamplingLogprobs = include.Contains(RolloutField.SamplingLogprobs) ? completion.SamplingLogprobs : null,
        Entropy = include.Contains(RolloutField.Entropy) ? completion.Entropy : null,
        FinishReason = completion.FinishReason,
        StopReason = completion.StopReason switch
        {
            StopReason.Token token => JsonValue.Create(token.Id),
            StopReason.Text text => JsonValue.Create(text.Value),
            _ => null,
        },
        PolicyVersion = completion.PolicyVersion,
    };
}
