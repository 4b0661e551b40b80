using Grpo.Losses;
using Grpo.Losses.Terms;

namespace Grpo.Tests.Losses;

/// <summary>The closed-form gradient against central differences of the loss.</summary>
public class FiniteDifferenceTests
{
    private const double Step = 1e-6;
    private const int Batches = 5;

    /// <summary>These weigh a log-probability by a detached ratio: the loss is not the integral of their gradient. Golden cases check them.</summary>
    private static readonly string[] Detached = ["cispo", "vespo", "dppo_tv", "dppo_kl", "ratio_mask"];

    private static readonly string[] ReadsOldLogprobs = ["dro", "tv_mask", "tv_mask_both_sides", "clip_cov", "kl_cov"];

    public static TheoryData<string, string?, string, bool> Combinations
    {
        get
        {
            var combinations = new TheoryData<string, string?, string, bool>();
            foreach (var type in LossTypes.All.Names.Except(Detached))
            {
                foreach (var level in (string?[])[null, .. ImportanceSamplingLevels.All.Names])
                {
                    if (level == "sequence_token" && ReadsOldLogprobs.Contains(type)) continue; // the anchor below would move what these read

                    foreach (var kl in type == "grpo" ? KlEstimators.All.Names : ["k3"])
                    {
                        combinations.Add(type, level, kl, false);
                        combinations.Add(type, level, kl, true);
                    }
                }
            }

            return combinations;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Gradient_is_the_slope_of_the_loss(string type, string? level, string kl, bool biasCorrection)
    {
        var options = new LossOptions
        {
            LossType = LossTypes.All[type],
            Level = level is null ? null : ImportanceSamplingLevels.All[level],
            DroBeta = 0.3,
            EpsilonHigh = 0.28,
            Delta = 1.4,
            Beta = 0.1,
            KlEstimator = KlEstimators.All[kl],
            Kl = new() { Weight = biasCorrection ? KlWeight.Ratio : KlWeight.None },
        };

        var batches = RandomBatch.AwayFromKinks(options).Take(Batches).ToArray();

        Assert.Equal(Batches, batches.Length);
        foreach (var batch in batches) AssertGradient(batch, options);
    }

    public static TheoryData<string, string> Aggregations => Pairs(LossTypes.All.Names.Except(Detached), LossAggregations.All.Names);

    [Theory]
    [MemberData(nameof(Aggregations))]
    public void Gradient_is_the_slope_under_every_aggregation(string type, string aggregation)
    {
        var options = new LossOptions
        {
            LossType = LossTypes.All[type],
            Aggregation = LossAggregations.All[aggregation],
            DroBeta = 0.3,
            DualClip = 1.6,
            Beta = 0.1,
            Normalizer = new() { EmptyRows = EmptyRows.Skip, PromptSizes = aggregation == "prompt-mean" ? [1, 3] : null },
        };
        foreach (var batch in RandomBatch.AwayFromKinks(options).Where(batch => AwayFrom(1.6, batch, options)).Take(2)) AssertGradient(batch, options);
    }

    public static TheoryData<string, string> KlAggregations => Pairs(LossAggregations.All.Names, LossAggregations.All.Names);

    [Theory]
    [MemberData(nameof(KlAggregations))]
    public void Gradient_is_the_slope_when_the_divergence_has_an_aggregation_of_its_own(string policy, string divergence)
    {
        var options = new LossOptions { Aggregation = LossAggregations.All[policy], KlAggregation = LossAggregations.All[divergence], Beta = 0.1, Normalizer = new() { PromptSizes = [1, 3] } };
        foreach (var batch in RandomBatch.AwayFromKinks(options).Take(2))
        {
            AssertGradient(batch, options);
            var alone = options with { Aggregation = options.KlAggregation, KlAggregation = null };
            Assert.Equal(PolicyLoss.Compute(batch, alone).KlLoss!.Value, PolicyLoss.Compute(batch, options).KlLoss!.Value, 12);
            Assert.Equal(PolicyLoss.Compute(batch, options with { Beta = 0 }).Loss!.Value, PolicyLoss.Compute(batch, options).PolicyLoss!.Value, 12);
        }
    }

    public static TheoryData<string, string> DetachedAggregations => Pairs(Detached, LossAggregations.All.Names);

    /// <summary>With their detached weight held constant, these are the policy gradient with weights.</summary>
    [Theory]
    [MemberData(nameof(DetachedAggregations))]
    public void Gradient_of_a_detached_weight_is_the_slope_with_the_weight_held(string type, string aggregation)
    {
        var options = new LossOptions { LossType = LossTypes.All[type], Aggregation = LossAggregations.All[aggregation], Beta = 0.1 };
        foreach (var batch in RandomBatch.AwayFromKinks(options).Take(2))
        {
            var result = PolicyLoss.Compute(batch, options with { Explain = true });
            LossSequence[] held = [.. batch.Select((sequence, i) => sequence with { Weights = result.Explanation!.Sequences[i].Select(token => Weight(type, token)).ToArray() })];
            AssertGradient(held, options with { LossType = LossTypes.All["reinforce"] });
            var gradient = PolicyLoss.Compute(held, options with { LossType = LossTypes.All["reinforce"] }).GradLogprobs!;
            for (var i = 0; i < batch.Length; i++) Assert.All(gradient[i].Zip(result.GradLogprobs![i]), pair => Assert.Equal(pair.First, pair.Second, 12));
        }
    }

    private static TheoryData<string, string> Pairs(IEnumerable<string> ones, IEnumerable<string> others)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var one in ones)
        {
            foreach (var other in others) pairs.Add(one, other);
        }

        return pairs;
    }

    private static double Weight(string type, TokenExplanation token) =>
        double.IsNaN(token.Terms.Ratio) || (type is not ("cispo" or "vespo") && token.Terms.Clip != TokenClip.None) ? 0 : token.Terms.ClippedRatio;

    private static bool AwayFrom(double bound, LossSequence[] batch, LossOptions options) =>
        PolicyLoss.Compute(batch, options with { Explain = true }).Explanation!.Sequences.SelectMany(tokens => tokens).All(token => !(Math.Abs(token.Terms.Ratio - bound) < 1e-3));

    private static void AssertGradient(LossSequence[] batch, LossOptions options)
    {
        var analytic = PolicyLoss.Compute(batch, options).GradLogprobs!;
        var (smooth, smoothOptions) = StopGradientsMadeConstant(batch, options);
        for (var i = 0; i < batch.Length; i++)
        {
            for (var t = 0; t < batch[i].Length; t++)
            {
                var slope = (LossAt(Step) - LossAt(-Step)) / (2 * Step);
                Assert.True(Math.Abs(slope - analytic[i][t]) < 1e-7, $"sequence {i}, token {t}: slope {slope}, gradient {analytic[i][t]}");

                double LossAt(double step)
                {
                    var moved = smooth.ToArray();
                    var logprobs = moved[i].Logprobs.ToArray();
                    logprobs[t] += step;
                    moved[i] = moved[i] with { Logprobs = logprobs };
                    return PolicyLoss.Compute(moved, smoothOptions with { Gradients = false }).Loss!.Value;
                }
            }
        }
    }

    /// <summary>
    /// sequence_token holds the sequence's ratio constant in the gradient. The same function without a stop-gradient is the token level with old
    /// logprobs moved so that the ratios at this point are the sequence's.
    /// </summary>
    private static (LossSequence[] Batch, LossOptions Options) StopGradientsMadeConstant(LossSequence[] batch, LossOptions options)
    {
        if (options.EffectiveLevel.Name != "sequence_token") return (batch, options);
        return ([.. batch.Select(Anchored)], options with { Level = ImportanceSamplingLevels.All["token"] });

        LossSequence Anchored(LossSequence sequence)
        {
            var logRatios = new double[sequence.Length];
            options.EffectiveLevel.LogRatios(sequence.View, options, logRatios);
            return sequence with { OldLogprobs = sequence.Logprobs.ToArray().Zip(logRatios, (logprob, logRatio) => logprob - logRatio).ToArray() };
        }
    }
}
