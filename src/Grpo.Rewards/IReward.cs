namespace Grpo.Rewards;

/// <summary>A reward with its parameters bound. Pure, deterministic and safe to call from many threads.</summary>
public interface IReward;

/// <summary>A reward that judges each completion by itself.</summary>
public interface ISampleReward : IReward
{
    /// <summary>Scores one completion.</summary>
    RewardScore Score(RewardSample sample);
}

/// <summary>A reward that compares the completions of one prompt with each other.</summary>
public interface IGroupReward : IReward
{
    /// <summary>Scores all completions of one group.</summary>
    /// <returns>One score per sample, in the order given.</returns>
    IReadOnlyList<RewardScore> Score(IReadOnlyList<RewardSample> group);
}
