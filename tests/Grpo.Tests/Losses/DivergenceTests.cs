using FsCheck;
using FsCheck.Fluent;
using Grpo.Losses;

namespace Grpo.Tests.Losses;

/// <summary>Clamps and weights of the divergence.</summary>
public class DivergenceTests
{
    private const double Step = 1e-6;

    private static readonly Arbitrary<Tuple<double, double>> Logprobs =
        Gen.Zip(Gen.Choose(-4000, 0).Select(x => x / 1000.0), Gen.Choose(-4000, 0).Select(x => x / 1000.0), Tuple.Create)
            .Where(pair => Math.Abs(pair.Item1 - pair.Item2) > 1e-2).ToArbitrary();

    [Theory]
    [InlineData("k1", KlWeight.None)]
    [InlineData("k2", KlWeight.None)]
    [InlineData("k3", KlWeight.None)]
    [InlineData("abs", KlWeight.None)]
    [InlineData("k4", KlWeight.None)]
    [InlineData("k1", KlWeight.Ratio)]
    [InlineData("k3", KlWeight.Ratio)]
    [InlineData("k3", KlWeight.RolloutRatio)]
    public void The_gradient_is_the_slope(string estimator, KlWeight weight) => Check.QuickThrowOnFailure(Prop.ForAll(Logprobs, pair =>
    {
        var options = new KlOptions { Weight = weight };
        var (_, byLogprob, byRatio) = At(pair.Item1, pair.Item2);
        var slope = (At(pair.Item1 + Step, pair.Item2).Value - At(pair.Item1 - Step, pair.Item2).Value) / (2 * Step);
        return Math.Abs(slope - (byLogprob + byRatio)) < 1e-6 * (1 + Math.Abs(slope));

        (double Value, double GradLogprob, double GradLogRatio) At(double logprob, double reference) =>
            Divergence.At(KlEstimators.All[estimator], logprob, reference, Math.Exp(logprob + 1), rolloutLogprob: -1, options);
    }));

    [Fact]
    public void With_bias_correction_the_gradient_of_k3_is_ratio_times_x() => Check.QuickThrowOnFailure(Prop.ForAll(Logprobs, pair =>
    {
        var (_, byLogprob, byRatio) = Divergence.At(KlEstimators.All["k3"], pair.Item1, pair.Item2, 1.5, 0, new() { Weight = KlWeight.Ratio });
        return Math.Abs(byLogprob + byRatio - (1.5 * (pair.Item1 - pair.Item2))) < 1e-9 * (1 + Math.Exp(pair.Item2 - pair.Item1));
    }));

    [Theory]
    [InlineData(1.0, null)]
    [InlineData(null, 0.4)]
    public void Beyond_a_clamp_the_value_stays_and_the_gradient_is_0(double? input, double? output)
    {
        var (value, byLogprob, _) = Divergence.At(KlEstimators.All["k1"], -1, -4, 1, 0, new() { InputClamp = input, OutputClamp = output });

        Assert.Equal(input ?? output!.Value, value);
        Assert.Equal(0, byLogprob);
    }

    [Fact]
    public void Straight_through_has_the_value_of_k3_and_the_gradient_of_k2()
    {
        var (value, byLogprob, _) = Divergence.At(KlEstimators.All["k3"], -1, -1.5, 1, 0, new() { StraightThrough = true });

        Assert.Equal(Math.Exp(-0.5) - 0.5, value, 12);
        Assert.Equal(0.5, byLogprob, 12);
    }

    [Fact]
    public void The_full_divergence_of_a_distribution_is_never_negative() => Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(1, 99).ToArbitrary(), Gen.Choose(1, 99).ToArbitrary(), (p, q) =>
    {
        LossSequence[] outcomes = [Outcome(p / 100.0, q / 100.0), Outcome(1 - (p / 100.0), 1 - (q / 100.0))];
        var sum = OutcomeDivergence.Accumulate(outcomes, 1, null).Sum();
        return sum >= -1e-15 && (p != q || Math.Abs(sum) < 1e-15);
    }));

    private static LossSequence Outcome(double probability, double reference) =>
        new() { Logprobs = new[] { Math.Log(probability) }, RefLogprobs = new[] { Math.Log(reference) }, Advantages = new double[] { 0 } };
}
