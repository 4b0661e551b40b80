using Grpo.Losses;

namespace Grpo.Tests.Losses;

/// <summary>The bounds and masks around the policy term.</summary>
public class BoundsTests
{
    private static readonly LossSequence Fallen = new()
    {
        Logprobs = new[] { -3.0, -2.0 },
        OldLogprobs = new[] { -1.0, -1.0 },
        Advantages = new[] { -1.0 },
        Entropies = new[] { 0.5, 1.5 },
    };

    [Fact]
    public void Dual_clip_below_the_clip_range_bounds_the_loss()
    {
        var result = Compute(Fallen with { Logprobs = new[] { -0.5, -1.0 } }, new() { DualClip = 1.1, LossType = LossTypes.All["dapo"] });

        // The ratio e^0.5 is beyond 1.1: loss 1.1 without gradient; the ratio 1: loss 1 with gradient.
        Assert.Equal((1.1 + 1) / 2, result.Loss!.Value, 12);
        Assert.Equal([0, 0.5], result.GradLogprobs![0]);
    }

    [Fact]
    public void A_clamped_log_ratio_has_no_gradient()
    {
        var result = Compute(Fallen, new() { LossType = LossTypes.All["importance_sampling"], LogRatioMin = -1.5 });

        Assert.Equal(Math.Exp(-1.5) + Math.Exp(-1), result.Loss!.Value, 12);
        Assert.Equal(0, result.GradLogprobs![0][0]);
        Assert.Equal(Math.Exp(-1), result.GradLogprobs[0][1], 12);
    }

    [Theory]
    [InlineData(1.0, -1.0, false)]
    [InlineData(2.0, -1.0, true)]
    [InlineData(1.0, 1.0, true)]
    public void The_off_policy_mask_drops_sequences_that_fell_and_have_a_negative_advantage(double threshold, double advantage, bool kept)
    {
        var sequence = Fallen with { Advantages = new[] { advantage } };
        var result = Compute(sequence, new() { LossType = LossTypes.All["reinforce"], OffPolicyMaskThreshold = threshold });

        Assert.Equal(kept, result.GradLogprobs![0].Any(grad => grad != 0));
        Assert.Equal(kept, OffPolicyMask.Keeps(sequence, threshold));
    }

    [Fact]
    public void Only_tokens_of_high_entropy_keep_their_term_and_entropy_is_subtracted()
    {
        var result = Compute(Fallen, new() { LossType = LossTypes.All["reinforce"], TopEntropyQuantile = 0.5, EntropyCoef = 0.1 });

        Assert.Equal(0, result.GradLogprobs![0][0]);
        Assert.Equal(0.5, result.GradLogprobs[0][1], 12);
        Assert.Equal(-1 - 0.1, result.Loss!.Value, 12);
        Assert.Equal(1, result.Metrics["entropy"]!.Value, 12);
    }

    private static LossResult Compute(LossSequence sequence, LossOptions options) => PolicyLoss.Compute([sequence], options);
}
