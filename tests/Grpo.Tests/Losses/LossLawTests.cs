using FsCheck;
using FsCheck.Fluent;
using Grpo.Losses;

namespace Grpo.Tests.Losses;

/// <summary>What holds for any batch.</summary>
public class LossLawTests
{
    private static readonly Arbitrary<LossSequence[]> Batches = Gen.Choose(0, 1_000_000).Select(seed => RandomBatch.Create(seed, sequences: 5, longest: 8)).ToArbitrary();
    private static readonly Arbitrary<Tuple<double, double>> Logprobs =
        Gen.Zip(Gen.Choose(-8000, 0).Select(x => x / 1000.0), Gen.Choose(-8000, 0).Select(x => x / 1000.0), Tuple.Create).ToArbitrary();

    [Fact]
    public void At_ratio_1_the_loss_is_the_negative_mean_advantage() => Holds(batch =>
    {
        var onPolicy = batch.Select(sequence => sequence with { OldLogprobs = default }).ToArray();
        var tokens = batch.SelectMany(sequence => Enumerable.Range(0, sequence.Length).Where(t => sequence.View.Includes(t)).Select(t => sequence.View.Advantage(t)));
        var mean = tokens.Average();
        return new[] { "dapo", "bnpo" }.All(type => ((string[])["token", "sequence", "sequence_token"]).All(level =>
            Close(-mean, Compute(onPolicy, new() { LossType = LossTypes.All[type], Level = ImportanceSamplingLevels.All[level] }).Loss)));
    });

    [Fact]
    public void At_ratio_1_nothing_is_clipped_and_the_gradient_flows() => Holds(batch =>
    {
        var result = Compute([.. batch.Select(sequence => sequence with { OldLogprobs = default })], new());
        return result.Metrics["clip_ratio/region_mean"] == 0 && result.Metrics["ratio/mean"] == 1 && result.GradLogprobs!.Any(row => row.Any(grad => grad != 0));
    });

    [Fact]
    public void The_order_of_the_sequences_does_not_matter() => Holds(batch => EveryOption().Where(options => options.LossType.Name != "clip_cov").All(options =>
        Close(Compute(batch, options).Loss!.Value, Compute([.. batch.Reverse()], options).Loss)));

    [Fact]
    public void Micro_batches_with_the_counts_of_the_whole_add_up_to_the_whole() => Holds(batch => EveryOption().Where(options => options.LossType.Select is null).All(options =>
    {
        var whole = Compute(batch, options);
        var counted = options with
        {
            Normalizer = new()
            {
                NumItemsInBatch = batch.Sum(sequence => sequence.View.TokenCount),
                GlobalBatchSize = batch.Length,
                MaxCompletionLength = batch.Max(sequence => sequence.Length),
            },
        };
        var parts = batch.Chunk(2).Select(part => Compute(part, counted)).ToArray();
        return Close(whole.Loss!.Value, parts.Sum(part => part.Loss)) &&
            whole.GradLogprobs!.Zip(parts.SelectMany(part => part.GradLogprobs!)).All(row => row.First.SequenceEqual(row.Second));
    }));

    [Fact]
    public void Micro_batches_add_up_under_every_aggregation_and_policy_for_empty_rows() => Holds(batch => Aggregated().All(options =>
    {
        var emptied = batch.Select((sequence, i) => i == 1 ? sequence with { Mask = new byte[sequence.Length] } : sequence).ToArray();
        var counted = options with
        {
            Normalizer = options.Normalizer with
            {
                NumItemsInBatch = emptied.Sum(sequence => sequence.TokenCount),
                GlobalBatchSize = options.Normalizer.EmptyRows == EmptyRows.Skip ? emptied.Length - 1 : emptied.Length,
                MaxCompletionLength = emptied.Max(sequence => sequence.Length),
            },
        };
        var whole = Compute(emptied, options);
        var parts = emptied.Chunk(2).Select(part => Compute(part, counted)).ToArray();
        return Close(whole.Loss!.Value, parts.Sum(part => part.Loss)) && whole.GradLogprobs!.Zip(parts.SelectMany(part => part.GradLogprobs!)).All(row => row.First.SequenceEqual(row.Second));
    }));

    [Fact]
    public void Single_precision_is_computed_in_double_and_rounded_once() => Holds(batch => EveryOption().Where(options => options.LossType.Select is null).All(options =>
    {
        LossSequence[] singles = [.. batch.Select(sequence => sequence with { Logprobs = Single(sequence.Logprobs), OldLogprobs = Single(sequence.OldLogprobs!), RefLogprobs = Single(sequence.RefLogprobs!) })];
        LossSequence[] same = [.. singles.Select(sequence => sequence with { Logprobs = sequence.Logprobs.ToArray(), OldLogprobs = sequence.OldLogprobs!.ToArray(), RefLogprobs = sequence.RefLogprobs!.ToArray() })];
        var (narrow, wide) = (Compute(singles, options), Compute(same, options));
        return narrow.Loss == wide.Loss && narrow.GradLogprobs!.Zip(wide.GradLogprobs!).All(row => row.First.IsSingle && row.First.SequenceEqual(row.Second.Select(value => (double)(float)value)));
    }));

    [Fact]
    public void The_number_of_threads_does_not_matter()
    {
        // Enough tokens for several threads; one sequence at a time has one.
        var batch = RandomBatch.Create(seed: 3, sequences: 40, longest: 2000);
        var options = new LossOptions { Beta = 0.05, LossType = LossTypes.All["dapo"], Normalizer = new() { NumItemsInBatch = 1000 } };
        var whole = Compute(batch, options);
        var alone = batch.Select(sequence => Compute([sequence], options)).ToArray();
        Assert.True(batch.Sum(sequence => sequence.TokenCount) > 1 << 14);
        Assert.Equal(alone.Select(result => result.PolicyLoss!.Value).Aggregate(0.0, (sum, part) => sum + part), whole.PolicyLoss!.Value);
        Assert.All(whole.GradLogprobs!.Zip(alone), pair => Assert.Equal(pair.Second.GradLogprobs![0], pair.First));
    }

    [Fact]
    public void The_parts_of_the_loss_add_up_and_the_explanation_redoes_it() => Holds(batch => EveryOption().All(options =>
    {
        var result = Compute(batch, options with { Explain = true });
        var explanation = result.Explanation!;
        var objective = explanation.Sequences.SelectMany(tokens => tokens).Where(token => token.Weight > 0).Sum(token => token.Weight * token.Objective);
        return Close(result.PolicyLoss!.Value + result.KlLoss!.Value, result.Loss) && Close(-objective, result.Loss) &&
            Close(explanation.Objective, explanation.Surrogate - explanation.KlPenalty) && Close(explanation.Objective, -result.Loss);
    }));

    [Fact]
    public void What_lies_under_a_masked_token_does_not_matter() => Holds(batch => EveryOption().All(options =>
        Close(Compute(batch, options).Loss!.Value, Compute([.. batch.Select(GarbageUnderTheMask)], options).Loss)));

    [Fact]
    public void K3_is_never_negative_and_zero_only_where_the_policies_agree() => Check.QuickThrowOnFailure(Prop.ForAll(
        Logprobs, pair => Divergence.At(KlEstimators.All["k3"], pair.Item1, pair.Item2, ratio: 1, rolloutLogprob: 0, new()).Value is var kl && kl >= 0 && (kl == 0) == (pair.Item1 == pair.Item2)));

    private static float[] Single(RealVector values) => [.. values.Select(value => (float)value)];

    private static IEnumerable<LossOptions> Aggregated() =>
        from aggregation in LossAggregations.All.Names.Except(["prompt-mean"])
        from empty in Enum.GetValues<EmptyRows>()
        select new LossOptions { Aggregation = LossAggregations.All[aggregation], Beta = 0.05, Normalizer = new() { EmptyRows = empty } };

    private static IEnumerable<LossOptions> EveryOption() =>
        from type in LossTypes.All.Names
        from level in ImportanceSamplingLevels.All.Names
        select new LossOptions { LossType = LossTypes.All[type], Level = ImportanceSamplingLevels.All[level], Beta = 0.05, Delta = 1.5, DroBeta = 0.2 };

    private static LossSequence GarbageUnderTheMask(LossSequence sequence)
    {
        var logprobs = sequence.Logprobs.ToArray();
        var reference = sequence.RefLogprobs!.ToArray();
        for (var t = 0; t < sequence.Length; t++)
        {
            if (!sequence.View.Includes(t)) (logprobs[t], reference[t]) = (double.NegativeInfinity, double.NaN);
        }

        return sequence with { Logprobs = logprobs, RefLogprobs = reference };
    }

    private static void Holds(Func<LossSequence[], bool> law) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(Batches, law));

    private static LossResult Compute(LossSequence[] batch, LossOptions options) => PolicyLoss.Compute(batch, options);

    private static bool Close(double expected, double? actual) => actual is { } value && Math.Abs(expected - value) < 1e-12;
}
