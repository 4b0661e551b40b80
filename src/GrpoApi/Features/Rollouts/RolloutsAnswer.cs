using System.Text.Json.Nodes;
using Grpo.Rollouts;

namespace GrpoApi.Features.Rollouts;

/// <summary>Puts sampled groups into the form of the answer.</summary>
internal static class RolloutsAnswer
{
    /// <summary>The answer to a request.</summary>
    public static RolloutsResponse From(RolloutsRequest request, PolicyInfo policy, RolloutPlan plan, IReadOnlyList<CompletionGroup> groups, RolloutJudgement? judgement, TimeSpan judging) => new()
    {
        Policy = policy.Name,
        PolicyVersion = groups.Min(group => group.Completions.Min(completion => completion.PolicyVersion)),
        Seed = plan.Seed,
        Groups = [.. groups.Select((group, index) => Group(request, group, index, judgement))],
        Metrics = Metrics(groups, judgement),
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
            RewardsMs = judging.TotalMilliseconds,
        },
    };

    private static Dictionary<string, double?> Metrics(IReadOnlyList<CompletionGroup> groups, RolloutJudgement? judgement)
    {
        var metrics = CompletionMetrics.Of([.. groups.SelectMany(group => group.Completions)]);
        foreach (var (name, value) in judgement?.Metrics ?? new Dictionary<string, double?>())
        {
            metrics[name] = value;
        }

        return metrics;
    }

    private static RolloutGroup Group(RolloutsRequest request, CompletionGroup group, int index, RolloutJudgement? judgement) => new()
    {
        Id = request.Prompts[index].Id ?? $"p{index}",
        PromptIndex = index,
        PromptTokenIds = group.PromptTokenIds,
        Completions = [.. group.Completions.Select((completion, member) => Completion(request.Include, completion, judgement, (index * request.GroupSize) + member))],
        RewardMean = judgement?.Groups[index].Mean,
        RewardStd = judgement?.Groups[index].Std,
        RewardStdIsZero = judgement?.Groups[index].StdIsZero,
    };

    private static RolloutCompletion Completion(IReadOnlyList<RolloutField> include, Completion completion, RolloutJudgement? judgement, int position) => new()
    {
        Index = completion.Index,
        Text = include.Contains(RolloutField.Text) ? completion.Text : null,
        TokenIds = include.Contains(RolloutField.TokenIds) ? completion.TokenIds : null,
        Logprobs = include.Contains(RolloutField.Logprobs) ? completion.Logprobs : null,
        SamplingLogprobs = include.Contains(RolloutField.SamplingLogprobs) ? completion.SamplingLogprobs : null,
        Entropy = include.Contains(RolloutField.Entropy) ? completion.Entropy : null,
        RefLogprobs = completion.RefLogprobs,
        FinishReason = completion.FinishReason,
        StopReason = completion.StopReason switch
        {
            StopReason.Token token => JsonValue.Create(token.Id),
            StopReason.Text text => JsonValue.Create(text.Value),
            _ => null,
        },
        PolicyVersion = completion.PolicyVersion,
        Scores = judgement?.Samples[position].Scores,
        Reward = judgement?.Samples[position].Reward,
        Advantage = judgement?.Advantages?[position],
    };
}
