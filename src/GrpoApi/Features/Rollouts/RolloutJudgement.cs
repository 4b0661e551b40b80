using System.Text.Json;
using Grpo.Advantages;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace GrpoApi.Features.Rollouts;

/// <summary>What the rewards say about the completions of a request, and the advantages that follow. Completions are in the order of the groups, shape (N).</summary>
/// <param name="Samples">Scores and reward of each completion, shape (N).</param>
/// <param name="Groups">Mean and spread of each group's rewards, shape (P).</param>
/// <param name="Advantages">One per completion, shape (N); null when not asked for.</param>
/// <param name="Metrics">Figures of the whole request under TRL's names.</param>
internal sealed record RolloutJudgement(
    IReadOnlyList<SampleRewards> Samples, IReadOnlyList<RewardStatistics> Groups, double[]? Advantages, IReadOnlyDictionary<string, double?> Metrics)
{
    /// <summary>Judges sampled groups; null when the request names no rewards.</summary>
    public static RolloutJudgement? Of(RolloutsRequest request, IReadOnlyList<CompletionGroup> groups, IPolicyTokenizer tokenizer, CancellationToken cancellationToken)
    {
        if (request.Rewards is not { } specs) return null;
        var rewards = specs.ToRewardSet();
        var results = rewards.Score([.. groups.SelectMany((group, index) => SamplesOf(request.Prompts[index], group, index, tokenizer))], cancellationToken: cancellationToken);
        var batch = Batch(rewards, results, groups);
        if (request.Advantages is not { } wanted)
        {
            RewardStatistics[] statistics = [.. Enumerable.Range(0, batch.GroupCount).Select(group => RewardStatistics.Of(batch.Rewards.AsSpan(batch.Group(group)), ddof: 1))];
            return new RolloutJudgement(results.Samples, statistics, null, Merge(results.Metrics, AdvantageMetrics.Of(batch, statistics)));
        }

        var estimate = AdvantageEstimators.Compute(AdvantageEstimators.All[wanted.Estimator], batch, wanted.ToOptions());
        return new RolloutJudgement(results.Samples, estimate.Groups, estimate.Advantages, Merge(results.Metrics, estimate.Metrics));
    }

    private static IEnumerable<RewardSample> SamplesOf(RolloutPrompt prompt, CompletionGroup group, int index, IPolicyTokenizer tokenizer)
    {
        var text = tokenizer.Decode(group.PromptTokenIds, skipSpecialTokens: false);
        JsonElement? messages = prompt.Messages is { } conversation ? JsonSerializer.SerializeToElement(conversation) : null;
        return GroupSamples.Of(group, index.ToString(), text, messages, prompt.Reference);
    }

    private static RewardBatch Batch(RewardSet rewards, RewardResults results, IReadOnlyList<CompletionGroup> groups)
    {
        var scores = new RewardScores
        {
            Names = [.. rewards.Rewards.Select(reward => reward.Definition.Name)],
            Weights = [.. rewards.Rewards.Select(reward => reward.Weight)],
            Values = [.. rewards.Rewards.Select(reward => results.Samples.Select(sample => sample.Scores[reward.Definition.Name].Score ?? double.NaN).ToArray())],
        };
        return new RewardBatch(scores, [.. groups.Select(group => group.Completions.Count)])
        {
            Lengths = [.. groups.SelectMany(group => group.Completions).Select(completion => (double)completion.TokenIds.Length)],
        };
    }

    private static Dictionary<string, double?> Merge(IReadOnlyDictionary<string, double?> rewards, IReadOnlyDictionary<string, double?> advantages)
    {
        var merged = new Dictionary<string, double?>(advantages);
        foreach (var (name, value) in rewards)
        {
            merged[name] = value;
        }

        return merged;
    }
}
