using Grpo.Rewards;

namespace GrpoApi.Features.Rewards;

/// <summary>Completions to be scored, and the rewards to score them with.</summary>
public sealed record ScoreRewardsRequest
{
    /// <summary>The rewards, each with its own name.</summary>
    public required IReadOnlyList<RewardSpec> Rewards { get; init; }

    /// <summary>The completions, in any number of groups.</summary>
    public required IReadOnlyList<RewardSample> Samples { get; init; }
}
