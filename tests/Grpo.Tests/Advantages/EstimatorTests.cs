using Grpo.Advantages;

namespace Grpo.Tests.Advantages;

/// <summary>Small cases worked out by hand.</summary>
public class EstimatorTests
{
    [Fact]
    public void Opo_weighs_the_baseline_by_length() =>
        Near([1 - 0.25, -0.25, 0], Compute("opo", new RewardBatch([1, 0, double.NaN], 3) { Lengths = [10, 30, 500] }));

    [Fact]
    public void Gpg_rescales_for_rewards_of_zero() => Near([1, -1, 0, 0, 0, 0], Compute("gpg", new RewardBatch([1, 0, 0.5, 0.5, 0, 0], 2, 2, 2)));

    [Fact]
    public void Passk_rewards_the_lead_of_the_best() =>
        Near([0, 2, 0, 0], Compute("grpo_passk", new RewardBatch([1, 3, 0, double.NaN], 4), RewardScaling.None));

    [Fact]
    public void Passk_gives_nothing_for_a_tie() => Near([0, 0, 0], Compute("grpo_passk", new RewardBatch([3, 3, 0], 3)));

    [Fact]
    public void Maxrl_divides_by_the_mean() => Near([1, -1, 0, 0], Compute("maxrl", new RewardBatch([1, 0, -1, -2], 2, 2)));

    [Fact]
    public void Remax_subtracts_the_greedy_reward() =>
        Near([0.5, -0.5, 0], Compute("remax", new RewardBatch([1, 0, double.NaN], 3) { Baselines = [0.5, 0.5, 0.5] }));

    [Fact]
    public void Gdpo_keeps_apart_rewards_whose_sums_are_equal()
    {
        var scores = new RewardScores { Names = ["a", "b"], Values = [[1, 0, 0, 0], [0, 1, 1, 0]], Weights = [1, 1] };
        var advantages = Compute("gdpo", new RewardBatch(scores, 4));
        Assert.True(advantages[0] > advantages[1], "the rarer success is worth more");
        Assert.Equal(advantages[1], advantages[2]);
        Assert.Equal(0, advantages.Sum(), 12);
    }

    private static double[] Compute(string estimator, RewardBatch batch, RewardScaling? scaling = null) =>
        AdvantageEstimators.Compute(AdvantageEstimators.All[estimator], batch, new() { ScaleRewards = scaling }).Advantages;

    private static void Near(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 12);
    }
}
