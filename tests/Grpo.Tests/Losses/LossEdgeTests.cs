using Grpo.Losses;

namespace Grpo.Tests.Losses;

public class LossEdgeTests
{
    private static readonly LossOptions Dapo = new() { LossType = LossTypes.All["dapo"] };

    [Fact]
    public void An_overflowing_ratio_on_the_clipped_side_leaves_the_loss_finite_and_gets_no_gradient()
    {
        var result = PolicyLoss.Compute([Sequence([-0.5, -1], [-900, -1], advantage: 1)], Dapo);
        Assert.Equal(-(1.2 + 1) / 2, result.Loss!.Value, 12);
        Assert.Equal([0, -0.5], result.GradLogprobs![0]);
        Assert.Equal(1, result.Metrics["nonfinite_tokens"]);
        Assert.Equal(1, result.Metrics["ratio/mean"]);
    }

    [Fact]
    public void An_overflowing_loss_is_undefined_but_its_gradient_is_not()
    {
        var result = PolicyLoss.Compute([Sequence([-0.5, -1], [-900, -1], advantage: -1)], Dapo with { Explain = true });
        Assert.Null(result.Loss);
        Assert.Null(result.PolicyLoss);
        Assert.Equal([0, 0.5], result.GradLogprobs![0]);
        Assert.Equal(1, result.Metrics["nonfinite_tokens"]);
    }

    [Fact]
    public void Delta_caps_the_loss_of_an_overflowing_ratio()
    {
        var result = PolicyLoss.Compute([Sequence([-0.5, -1], [-900, -1], advantage: -1)], Dapo with { Delta = 2 });
        Assert.Equal((2.0 + 1) / 2, result.Loss!.Value, 12);
        Assert.Equal([0, 0.5], result.GradLogprobs![0]);
    }

    [Theory]
    [InlineData("k2", 0)]
    [InlineData("k3", 1)]
    public void An_overflowing_divergence_is_counted(string kl, double nonfinite)
    {
        var options = Dapo with { Beta = 0.1, KlEstimator = KlEstimators.All[kl] };
        var result = PolicyLoss.Compute([Sequence([-900, -1], [-900, -1], advantage: 1) with { RefLogprobs = new[] { -0.5, -1 } }], options);
        Assert.Equal(nonfinite, result.Metrics["nonfinite_tokens"]);
        Assert.All(result.GradLogprobs![0], grad => Assert.True(double.IsFinite(grad)));
        Assert.Equal(nonfinite > 0, result.KlLoss is null);
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("bnpo")]
    [InlineData("dr_grpo")]
    [InlineData("dapo")]
    public void A_batch_without_a_token_in_the_loss_costs_nothing(string type)
    {
        var masked = Sequence([-1, -2], [-1, -2], advantage: 1) with { Mask = new byte[] { 0, 0 } };
        foreach (var level in ImportanceSamplingLevels.All.Names)
        {
            var result = PolicyLoss.Compute([masked, Sequence([], [], advantage: 1)], new() { LossType = LossTypes.All[type], Level = ImportanceSamplingLevels.All[level] });
            Assert.Equal(0, result.Loss);
            Assert.Equal([0, 0], result.GradLogprobs![0]);
            Assert.Null(result.Metrics["ratio/mean"]);
            Assert.Equal(0, result.Metrics["nonfinite_tokens"]);
        }
    }

    [Theory]
    [InlineData(EmptyRows.Count, -0.5)]
    [InlineData(EmptyRows.Skip, -1)]
    public void A_row_without_tokens_counts_or_leaves_the_mean(EmptyRows policy, double loss)
    {
        var empty = Sequence([-1], [-1], advantage: 5) with { Mask = new byte[] { 0 } };
        var options = new LossOptions { Normalizer = new() { EmptyRows = policy } };
        Assert.Equal(loss, PolicyLoss.Compute([Sequence([-1], [-1], advantage: 1), empty], options).Loss!.Value, 12);
    }

    [Fact]
    public void A_ratio_at_a_bound_still_has_a_gradient()
    {
        var bound = Sequence([Math.Log(1.5)], [0], advantage: 1);
        Assert.NotEqual(0, PolicyLoss.Compute([bound], Dapo with { EpsilonHigh = 0.5000001 }).GradLogprobs![0][0]);
        Assert.Equal(0, PolicyLoss.Compute([bound], Dapo with { EpsilonHigh = 0.4999999 }).GradLogprobs![0][0]);
    }

    [Theory]
    [InlineData("token-mean", 7.0 / 3)]
    [InlineData("seq-mean-token-mean", (3.0 + 1) / 2)]
    [InlineData("seq-mean-token-sum", (6.0 + 1) / 2)]
    [InlineData("seq-mean-token-sum-norm", (6.0 + 1) / 2 / 2)]
    [InlineData("token-sum", 7)]
    public void Aggregations_divide_as_they_say(string aggregation, double loss)
    {
        LossSequence[] batch = [Sequence([-1, -2], [-1, -2], advantage: -3), Sequence([-1], [-1], advantage: -1)];
        Assert.Equal(loss, PolicyLoss.Compute(batch, Dapo with { Aggregation = LossAggregations.All[aggregation] }).Loss!.Value, 12);
    }

    [Theory]
    [InlineData("token_truncate", new[] { 2, 0.5, 1 })]
    [InlineData("token_mask", new[] { 0.0, 0, 1 })]
    [InlineData("sequence_truncate", new[] { 1.0, 1, 1 })]
    [InlineData("sequence_mask", new[] { 1.0, 1, 1 })]
    public void A_rollout_correction_weighs_the_policy_term_and_not_the_divergence(string mode, double[] weights)
    {
        var (up, down) = (Math.Log(4), Math.Log(0.25));
        var sequence = Sequence([-1, -1, -1], [-1, -1, -1], advantage: -3) with { RolloutLogprobs = new[] { -1 - up, -1 - down, -1 }, RefLogprobs = new[] { -2.0, -1, -1 } };
        var options = Dapo with { Beta = 0.1, KlEstimator = KlEstimators.All["k1"] };

        var plain = PolicyLoss.Compute([sequence], options);
        var corrected = PolicyLoss.Compute([sequence], options with { RolloutCorrection = new() { Mode = RolloutCorrectionModes.All[mode], ClipMax = 2, ClipMin = 0.5 } });

        Assert.Equal(plain.KlLoss, corrected.KlLoss);
        Assert.Equal(weights.Sum(), corrected.PolicyLoss!.Value, 12);
        Assert.Equal(weights.Average(), corrected.Metrics["sampling/importance_sampling_ratio/mean"]!.Value, 12);
        for (var t = 0; t < weights.Length; t++) Assert.Equal(weights[t] + (0.1 / 3), corrected.GradLogprobs![0][t], 12);
    }

    [Fact]
    public void Vespo_bounds_the_change_of_each_token_before_it_adds_them_up()
    {
        // 30 and -25 are 20 and -20 within the bound: the ratio of the sequence is 1, and so is its weight. Source: TRL's get_gamma_weights.
        var result = PolicyLoss.Compute([Sequence([-1, -26], [-31, -1], advantage: 1)], new() { LossType = LossTypes.All["vespo"], Explain = true });
        Assert.Equal(1, result.Explanation!.Sequences[0][0].Terms.Ratio, 12);
        Assert.Equal(-0.5, result.GradLogprobs![0][0], 12);
    }

    [Fact]
    public void What_one_sequence_is_weighed_and_masked_by_is_not_the_next_ones()
    {
        // Equal lengths, so that the working memory of one is used for the other: plain, weighed, plain, masked, plain.
        var plain = Sequence([-0.5, -1, -2], [-0.6, -1.1, -1.9], advantage: 1);
        LossSequence[] batch = [plain, plain with { Weights = new[] { 0.5, 2, 3 } }, plain, plain with { Mask = new byte[] { 1, 0, 1 } }, plain];
        var options = new LossOptions { LossType = LossTypes.All["grpo"] };

        var together = PolicyLoss.Compute(batch, options);

        for (var i = 0; i < batch.Length; i++)
        {
            var alone = PolicyLoss.Compute([batch[i]], options).GradLogprobs![0];
            Assert.Equal(alone.Select(gradient => gradient / batch.Length), together.GradLogprobs![i], (one, other) => Math.Abs(one - other) < 1e-15);
        }
    }

    [Fact]
    public void Arrays_of_the_wrong_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PolicyLoss.Compute([Sequence([-1, -2], [-1], advantage: 1)], Dapo));
        Assert.Throws<ArgumentException>(() => PolicyLoss.Compute([Sequence([-1, -2], [-1, -2], advantage: 1) with { Mask = new byte[] { 1 } }], Dapo));
        Assert.Throws<ArgumentException>(() => PolicyLoss.Compute([Sequence([-1, -2], [-1, -2], advantage: 1)], Dapo with { Beta = 0.1 }));
        Assert.Throws<ArgumentException>(() => PolicyLoss.Compute([Sequence([-1, -2], [-1, -2], advantage: 1) with { Advantages = new double[] { 1, 2, 3 } }], Dapo));
    }

    private static LossSequence Sequence(double[] logprobs, double[] old, double advantage) =>
        new() { Logprobs = logprobs, OldLogprobs = old, Advantages = new[] { advantage } };
}
