namespace Grpo.Losses;

/// <summary>
/// The loss of a batch of completions and its exact gradient: level of the ratio, per-token term, KL term and aggregation, each chosen on its own.
/// </summary>
public static class PolicyLoss
{
    /// <summary>Tokens from which on a batch is worth more than one thread.</summary>
    private const int TokensForThreads = 1 << 14;

    /// <summary>Tokens that are computed at a time: few enough that all their numbers stay in the processor's caches, and scratch small however long a sequence is.</summary>
    private const int TileLength = 2048;

    /// <summary>
    /// loss = sum over sequences i and tokens t of weight_i (-term_it + beta kl_it), in double. Sequences are computed side by side and added up in order, so
    /// the numbers do not depend on the number of threads.
    /// </summary>
    /// <param name="batch">The completions, ragged.</param>
    /// <param name="options">The choices.</param>
    /// <exception cref="ArgumentException">The arrays of a sequence differ in length, or logprobs that the options need are missing.</exception>
    public static LossResult Compute(IReadOnlyList<LossSequence> batch, LossOptions options)
    {
        if (options.ReadsBatchAsWhole) batch = [.. batch.Select(sequence => sequence.Widened())];
        if (options.RolloutCorrection is { IsOfBatch: true } correction) return Compute(correction.Fold(batch), options with { RolloutCorrection = null });
        var counts = BatchChecks.Count(batch, options);
        if (options.TopEntropyQuantile < 1) batch = EntropyTerm.KeepTop(batch, options.TopEntropyQuantile);
        var computation = new Computation(batch, options, counts);
        var totals = computation.Run();
        if (options.FullKl && options.Beta != 0) totals.AddOutcomes(OutcomeDivergence.Accumulate(batch, options.Beta, computation.Doubles), options.Beta);
        if (options.PositiveNllWeight != 0) totals.AddPositiveNll(PositiveLikelihood.Accumulate(batch, options.PositiveNllWeight, computation.Doubles), options.PositiveNllWeight);
        if (options.ReadsEntropies) totals.AddEntropy(EntropyTerm.Mean(batch), options.EntropyCoef);
        return Result(totals, options, computation);
    }

    private static LossResult Result(LossTotals totals, LossOptions options, Computation computation) => new()
    {
        Loss = LossTotals.Defined(totals.Loss),
        PolicyLoss = LossTotals.Defined(totals.PolicyLoss),
        KlLoss = LossTotals.Defined(totals.KlLoss),
        GradLogprobs = computation.Gradients,
        Metrics = totals.Metrics(options),
        Explanation = computation.Explanations is not { } explanations
            ? null
            : new(explanations, 0 - totals.PolicyLoss, totals.KlLoss, 0 - totals.Loss),
    };

    /// <summary>One pass over a batch.</summary>
    private sealed class Computation(IReadOnlyList<LossSequence> batch, LossOptions options, BatchCounts counts)
    {
        private readonly LossAggregation _aggregation = options.Aggregation ?? options.LossType.Aggregation;
        private readonly bool[][]? _selected = options.LossType.Select?.Invoke(batch, options);
        private readonly (int Tokens, int Prompts)[] _prompts = options.Normalizer.PromptTokens(batch);
        private readonly SequenceSums[] _sums = new SequenceSums[batch.Count];

        /// <summary>d loss / d logprobs of each sequence, in the precision of its logprobs.</summary>
        public RealVector[]? Gradients { get; } = options.Gradients ? new RealVector[batch.Count] : null;

        /// <summary>The same where a later step adds to it: a batch that is read as a whole is in double precision.</summary>
        public double[][]? Doubles { get; } = options.Gradients ? new double[batch.Count][] : null;

        /// <summary>Every number of every token.</summary>
        public TokenExplanation[][]? Explanations { get; } = options.Explain ? new TokenExplanation[batch.Count][] : null;

        public LossTotals Run()
        {
            if (counts.Tokens < TokensForThreads || batch.Count == 1)
            {
                using var scratch = new SequenceScratch();
                for (var i = 0; i < batch.Count; i++) Run(i, scratch);
            }
            else
            {
                Parallel.For(0, batch.Count, () => new SequenceScratch(), (i, _, scratch) => Run(i, scratch), scratch => scratch.Dispose());
            }

            var totals = new LossTotals(options.EffectiveLevel);
            foreach (var sums in _sums) totals.Add(sums);
            return totals;
        }

        /// <summary>The weight of each token of a sequence.</summary>
        private double Weight(LossAggregation aggregation, int index) => aggregation.Weight(counts with { PromptTokens = _prompts[index] }, options.Normalizer, batch[index].TokenCount);

        private SequenceScratch Run(int index, SequenceScratch scratch)
        {
            var sequence = batch[index];
            var weight = sequence.TokenCount == 0 ? 0 : Weight(_aggregation, index);
            var settings = weight == 0 || options.KlAggregation is null ? options : options with { Beta = options.Beta * Weight(options.KlAggregation, index) / weight };
            var gradient = Gradients is null ? null : new SequenceGradient(sequence);
            var tokens = Explanations is null ? [] : Explanations[index] = new TokenExplanation[sequence.Length];
            var selected = _selected is null ? [] : _selected[index];
            var tile = options.IsPerToken ? TileLength : Math.Max(sequence.Length, 1);
            for (var start = 0; start < sequence.Length; start += tile)
            {
                var length = Math.Min(tile, sequence.Length - start);
                var output = new SequenceOutput
                {
                    Scratch = scratch,
                    Selected = selected.Length == 0 ? [] : selected.AsSpan(start, length),
                    LargestGradient = sequence.Logprobs.IsSingle ? float.MaxValue : double.MaxValue,
                    Tokens = tokens.Length == 0 ? [] : tokens.AsSpan(start, length),
                };
                _sums[index] += options.LossType.Accumulate(new SequenceView(sequence, scratch, start, length), weight, settings, output);
                gradient?.Write(start, scratch.Take(SequenceBuffer.GradLogprobs, length));
            }

            if (gradient is null) return scratch;
            Gradients![index] = gradient.Values;
            Doubles![index] = gradient.Doubles;
            return scratch;
        }
    }
}
