using Grpo.Advantages;
using Grpo.Advantages.Estimators;

namespace Grpo.Tests.Advantages;

public class AgentEstimatorTests
{
    [Fact]
    public void Each_agent_is_held_against_its_own_average_before_its_reward_counts()
    {
        var batch = new RewardBatch([1, -1, 1, double.NaN], 4) { Agents = ["first", "second", "first", "first"] };
        var options = new AdvantageOptions { Decay = 0.5, AgentBaselines = new Dictionary<string, double> { ["second"] = -0.5 } };

        var result = AdvantageEstimators.Compute(AdvantageEstimators.All["rae"], batch, options);

        Assert.Equal([1, -0.5, 0.5, 0], result.Advantages);
        Assert.Equal(new Dictionary<string, double> { ["first"] = 0.75, ["second"] = -0.75 }, RoleConditionedAdvantage.Baselines(batch, options));
    }

    [Fact]
    public void Batches_one_after_the_other_are_one_long_batch()
    {
        double[] rewards = [1, 0, 0.25, -2, 3, 0.5];
        string[] agents = ["a", "b", "a", "a", "b", "a"];
        var whole = AdvantageEstimators.Compute(AdvantageEstimators.All["rae"], new RewardBatch(rewards, 6) { Agents = agents }, new()).Advantages;

        var first = new RewardBatch(rewards[..3], 3) { Agents = agents[..3] };
        var later = new AdvantageOptions { AgentBaselines = RoleConditionedAdvantage.Baselines(first, new()) };
        var second = AdvantageEstimators.Compute(AdvantageEstimators.All["rae"], new RewardBatch(rewards[3..], 3) { Agents = agents[3..] }, later);

        Assert.Equal(whole[3..], second.Advantages);
    }

    [Fact]
    public void Solvers_are_compared_on_the_same_problem_and_proposers_across_problems()
    {
        var batch = new RewardBatch([1, 0, 0.5, 0.25, 4, 2], 6)
        {
            Agents = ["solver", "solver", "solver", "solver", "proposer", "proposer"],
            Episodes = ["x", "x", "y", "y", "x", "y"],
        };

        Assert.Equal([0.5, -0.5, 0.125, -0.125, 1, -1], AdvantageEstimators.Compute(AdvantageEstimators.All["hierarchical_grpo"], batch, new()).Advantages);
        Assert.Equal([0.5625, -0.4375, 0.0625, -0.1875, 0, 0], AdvantageEstimators.Compute(AdvantageEstimators.All["hierarchical_grpo"], batch, new() { EpisodeAgents = ["proposer"] }).Advantages);
    }

    [Fact]
    public void Without_agents_there_is_nothing_to_compare() =>
        Assert.Throws<ArgumentException>(() => AdvantageEstimators.Compute(AdvantageEstimators.All["rae"], new RewardBatch([1, 2], 2), new()));
}
