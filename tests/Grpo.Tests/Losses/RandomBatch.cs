using Grpo.Losses;

namespace Grpo.Tests.Losses;

/// <summary>Seeded batches of ragged sequences with holes in their masks.</summary>
internal static class RandomBatch
{
    public static LossSequence[] Create(int seed, int sequences = 4, int longest = 6)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, sequences).Select(_ => Sequence(random, 1 + random.Next(longest)))];
    }

    /// <summary>The seeds whose batches have no token near a bound of the ratio or a zero of the divergence, where the loss has no derivative.</summary>
    public static IEnumerable<LossSequence[]> AwayFromKinks(LossOptions options)
    {
        double[] bounds = [1 - options.Epsilon, 1 + (options.EpsilonHigh ?? options.Epsilon), options.Delta ?? double.MaxValue];
        return Enumerable.Range(0, 200).Select(seed => Create(seed)).Where(batch =>
            batch.All(sequence => DistinctFromReference(sequence)) &&
            PolicyLoss.Compute(batch, options with { Explain = true }).Explanation!.Sequences.SelectMany(tokens => tokens)
                .All(token => bounds.All(bound => !(Math.Abs(token.Terms.Ratio - bound) < 1e-3))));
    }

    private static bool DistinctFromReference(LossSequence sequence)
    {
        for (var t = 0; t < sequence.Length; t++)
        {
            if (Math.Abs(sequence.Logprobs[t] - sequence.RefLogprobs![t]) < 1e-3) return false;
        }

        return true;
    }

    private static LossSequence Sequence(Random random, int length)
    {
        var logprobs = Values(() => -3 * random.NextDouble());
        return new()
        {
            Logprobs = logprobs,
            OldLogprobs = logprobs.Select(logprob => logprob + Spread(0.5)).ToArray(),
            RefLogprobs = logprobs.Select(logprob => logprob + Spread(1)).ToArray(),
            Mask = Enumerable.Range(0, length).Select(t => (byte)(t == 0 || random.Next(5) > 0 ? 1 : 0)).ToArray(),
            Advantages = random.Next(2) == 0 ? Values(() => Spread(2)) : new[] { Spread(2) },
        };

        double Spread(double range) => range * ((2 * random.NextDouble()) - 1);
        double[] Values(Func<double> next) => [.. Enumerable.Range(0, length).Select(_ => next())];
    }
}
