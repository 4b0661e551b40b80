using System.Buffers;

namespace Grpo.Losses;

/// <summary>
/// The loss of a batch of completions and its exact gradient: level of the ratio, per-token term, KL term and aggregation, each chosen on its own.
/// </summary>
public static class PolicyLoss
{
    /// <summary>loss = sum over sequences i and tokens t of weight_i (-term_it + beta kl_it), in double.</summary>
    /// <param name="batch">The completions, ragged. Read in order, each twice: once for its size, once for its numbers.</param>
    /// <param name="options">The choices.</param>
    /// <exception cref="ArgumentException">The arrays of a sequence differ in length, or logprobs that the options need are missing.</exception>
    public static LossResult Compute(IReadOnlyList<LossSequence> batch, LossOptions options)
    {
        if (options.RolloutCorrection is { IsOfBatch: true } correction) return Compute(correction.Fold(batch), options with { RolloutCorrection = null });
        var counts = Count(batch, options);
        if (options.TopEntropyQuantile < 1) batch = EntropyTerm.KeepTop(batch, options.TopEntropyQuantile);
        var selected = options.LossType.Select?.Invoke(batch, options);
        var prompts = options.Normalizer.PromptTokens(batch);
        var aggregation = options.Aggregation ?? options.LossType.Aggregation;
        var gradients = options.Gradients ? new double[batch.Count][] : null;
        var explanations = options.Explain ? new TokenExplanation[batch.Count][] : null;
        var totals = new LossTotals(options.EffectiveLevel);

        var scratch = ArrayPool<double>.Shared.Rent(3 * counts.LongestSequence);
        for (var i = 0; i < batch.Count; i++)
        {
            var sequence = batch[i].View;
            var weight = sequence.TokenCount == 0 ? 0 : aggregation.Weight(counts with { PromptTokens = prompts[i] }, options.Normalizer, sequence.TokenCount);
            var output = new SequenceOutput
            {
                LogRatios = scratch.AsSpan(0, sequence.Length),
                GradLogRatios = scratch.AsSpan(counts.LongestSequence, sequence.Length),
                RolloutWeights = scratch.AsSpan(2 * counts.LongestSequence, sequence.Length),
                Selected = selected is null ? [] : selected[i],
                GradLogprobs = gradients is null ? [] : gradients[i] = new double[sequence.Length],
                Tokens = explanations is null ? [] : explanations[i] = new TokenExplanation[sequence.Length],
            };
            totals.Add(options.LossType.Accumulate(sequence, weight, options, output));
        }

        ArrayPool<double>.Shared.Return(scratch);
        if (options.FullKl && options.Beta != 0) totals.AddOutcomes(OutcomeDivergence.Accumulate(batch, options.Beta, gradients), options.Beta);
        if (options.ReadsEntropies) totals.AddEntropy(EntropyTerm.Mean(batch), options.EntropyCoef);
        return Result(totals, options, gradients, explanations);
    }

    private static LossResult Result(LossTotals totals, LossOptions options, double[][]? gradients, TokenExplanation[][]? explanations) => new()
    {
        Loss = LossTotals.Defined(totals.PolicyLoss + totals.KlLoss + totals.EntropyLoss),
        PolicyLoss = LossTotals.Defined(totals.PolicyLoss),
        KlLoss = LossTotals.Defined(totals.KlLoss),
        GradLogprobs = gradients,
        Metrics = totals.Metrics(options),
        Explanation = explanations is null ? null : new(explanations, 0 - totals.PolicyLoss, totals.KlLoss, 0 - totals.PolicyLoss - totals.KlLoss - totals.EntropyLoss),
    };

    private static BatchCounts Count(IReadOnlyList<LossSequence> batch, LossOptions options)
    {
        var (tokens, rows, longest) = (0, 0, 0);
        foreach (var sequence in batch)
        {
            CheckLengths(sequence, options);
            var tokenCount = sequence.View.TokenCount;
            tokens += tokenCount;
            rows += tokenCount > 0 || options.Normalizer.EmptyRows == EmptyRows.Count ? 1 : 0;
            longest = Math.Max(longest, sequence.Length);
        }

        return new(tokens, rows, longest);
    }

    private static void CheckLengths(LossSequence sequence, LossOptions options)
    {
        Check(sequence.OldLogprobs.Length, nameof(LossSequence.OldLogprobs), mayBeEmpty: true);
        Check(sequence.RefLogprobs.Length, nameof(LossSequence.RefLogprobs), mayBeEmpty: options.Beta == 0);
        Check(sequence.RolloutLogprobs.Length, nameof(LossSequence.RolloutLogprobs), mayBeEmpty: options.RolloutCorrection is null);
        Check(sequence.Weights.Length, nameof(LossSequence.Weights), mayBeEmpty: true);
        Check(sequence.Entropies.Length, nameof(LossSequence.Entropies), mayBeEmpty: !options.ReadsEntropies);
        Check(sequence.Mask.Length, nameof(LossSequence.Mask), mayBeEmpty: true);
        if (sequence.Advantages.Length != 1) Check(sequence.Advantages.Length, nameof(LossSequence.Advantages), mayBeEmpty: false);

        void Check(int length, string name, bool mayBeEmpty)
        {
            if (length == sequence.Length || (mayBeEmpty && length == 0)) return;
            throw new ArgumentException($"{name} has {length} values for {sequence.Length} tokens.", nameof(sequence));
        }
    }
}
