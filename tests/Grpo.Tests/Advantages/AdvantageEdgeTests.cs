using Grpo.Advantages;

namespace Grpo.Tests.Advantages;

public class AdvantageEdgeTests
{
    private static readonly double[] Nothing = [0, 0, 0, 0];

    [Fact]
    public void Scores_that_are_equal_up_to_float32_rounding_have_no_spread()
    {
        double[] rewards = [0.35f, 0.35, (float)(0.1f + 0.25f), MathF.BitIncrement(0.35f)];
        foreach (var estimator in (string[])["grpo", "dr_grpo", "rloo", "gpg", "grpo_passk", "maxrl", "opo"])
        {
            var result = Compute(estimator, rewards, new() { StdEpsilon = 1e-9 });
            Assert.Equal(Nothing, result.Advantages);
            Assert.True(result.Groups[0].StdIsZero);
            Assert.Equal(1, result.Metrics["frac_reward_zero_std"]);
        }
    }

    [Fact]
    public void The_best_of_seven_equal_siblings_gets_a_bounded_advantage()
    {
        double[] rewards = [1, .. Enumerable.Repeat((double)0.35f, 7)];
        Assert.InRange(Compute("grpo", rewards, new() { StdEpsilon = 1e-6 }).Advantages[0], 2.4, 2.5);
        Assert.Equal(0.65, Compute("rloo", rewards, new()).Advantages[0], 6);
        // In float32 the spread of the seven siblings is a residue, and NeMo-RL's leave-one-out form gave 4000 (NVIDIA-NeMo/RL#4158).
        Assert.Equal(0, RewardStatistics.Of(rewards.AsSpan(1), ddof: 1).Std);
        Assert.Equal(0.65, Compute("grpo", rewards, new() { LeaveOneOut = true, StdEpsilon = 1e-6 }).Advantages[0], 6);
    }

    [Fact]
    public void A_small_but_real_difference_is_kept()
    {
        var expected = 0.5e-3 / ((1e-3 / Math.Sqrt(2)) + AdvantageOptions.DefaultStdEpsilon);
        var advantages = Compute("grpo", [5, 5.001], new()).Advantages;
        Assert.Equal(-expected, advantages[0], 9);
        Assert.Equal(expected, advantages[1], 9);
    }

    [Fact]
    public void A_group_of_one_has_no_advantage()
    {
        var result = Compute("grpo", [3], new());
        Assert.Equal([0], result.Advantages);
        Assert.True(result.Groups[0].StdIsZero);
    }

    [Fact]
    public void A_group_that_was_not_judged_has_neither_mean_nor_advantage()
    {
        var result = Compute("grpo", [double.NaN, double.NaN], new());
        Assert.Equal([0, 0], result.Advantages);
        Assert.Equal(double.NaN, result.Groups[0].Mean);
        Assert.False(result.Groups[0].StdIsZero);
        Assert.Null(result.Metrics["reward"]);
    }

    [Fact]
    public void Batch_scaling_divides_by_the_spread_of_all_rewards()
    {
        var batch = new RewardBatch([0, 2, 10, 10], 2, 2);
        var options = new AdvantageOptions { ScaleRewards = RewardScaling.Batch, StdEpsilon = 0 };
        var advantages = AdvantageEstimators.Compute(AdvantageEstimators.All["grpo"], batch, options).Advantages;
        var std = Math.Sqrt((5.5 * 5.5 + 3.5 * 3.5 + 4.5 * 4.5 * 2) / 3);
        Assert.Equal([-1 / std, 1 / std, 0, 0], advantages);
    }

    [Fact]
    public void An_unknown_estimator_is_refused_with_the_known_ones() =>
        Assert.Contains("grpo, dr_grpo, rloo", Assert.Throws<ArgumentException>(() => AdvantageEstimators.All["grop"]).Message, StringComparison.Ordinal);

    [Fact]
    public void An_estimator_without_its_input_is_refused() =>
        Assert.Contains("needs Scores", Assert.Throws<ArgumentException>(() => Compute("gdpo", [1, 2], new())).Message, StringComparison.Ordinal);

    [Fact]
    public void Group_sizes_that_do_not_fit_are_refused() => Assert.Throws<ArgumentException>(() => new RewardBatch([1, 2, 3], 2, 2));

    private static AdvantageResult Compute(string estimator, double[] rewards, AdvantageOptions options) =>
        AdvantageEstimators.Compute(AdvantageEstimators.All[estimator], new RewardBatch(rewards, rewards.Length) { Lengths = rewards }, options);
}
