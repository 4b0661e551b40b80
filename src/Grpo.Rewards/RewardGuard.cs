using System.Text.Json.Nodes;

namespace Grpo.Rewards;

/// <summary>A reward threw: a mistake in the reward, whatever the sample.</summary>
/// <param name="reward">Which.</param>
/// <param name="exception">What it threw.</param>
public sealed class RewardFaultEventArgs(IReward reward, Exception exception) : EventArgs
{
    /// <summary>Which.</summary>
    public IReward Reward { get; } = reward;

    /// <summary>What it threw.</summary>
    public Exception Exception { get; } = exception;
}

/// <summary>Runs rewards so that one that throws costs the sample at hand its score and nothing else.</summary>
public static class RewardGuard
{
    /// <summary>A reward threw. The scores say <c>internal_error</c>; who runs the process listens here to hear of it, because rewards themselves know of no log.</summary>
    public static event EventHandler<RewardFaultEventArgs>? Fault;

    /// <summary>The score of one sample.</summary>
    public static RewardScore Score(ISampleReward reward, RewardSample sample)
    {
        try
        {
            return reward.Score(sample);
        }
        catch (Exception problem)
        {
            return Failed(reward, problem);
        }
    }

    /// <summary>The scores of a group; when the reward throws, none of its samples has one.</summary>
    public static IReadOnlyList<RewardScore> Score(IGroupReward reward, IReadOnlyList<RewardSample> group)
    {
        try
        {
            var scores = reward.Score(group);
            return scores.Count == group.Count ? scores : throw new InvalidOperationException($"{scores.Count} scores for a group of {group.Count}");
        }
        catch (Exception problem)
        {
            return [.. Enumerable.Repeat(Failed(reward, problem), group.Count)];
        }
    }

    private static RewardScore Failed(IReward reward, Exception problem)
    {
        Fault?.Invoke(null, new(reward, problem));
        return RewardScore.None(RewardScore.InternalError, new JsonObject { ["error"] = problem.GetType().Name });
    }
}
