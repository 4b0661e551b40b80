namespace Grpo.Losses;

/// <summary>What a loss does with the entropy of each token's distribution.</summary>
internal static class EntropyTerm
{
    /// <summary>The mean entropy over the tokens in the loss; 0 without any.</summary>
    public static double Mean(IReadOnlyList<LossSequence> batch) => Tokens(batch) is { Count: > 0 } tokens ? tokens.Average() : 0;

    /// <summary>
    /// Lets only the tokens of the highest entropy keep their policy term: the others get weight 0, the normaliser stays (arXiv:2506.01939, TRL's
    /// top_entropy_quantile).
    /// </summary>
    /// <param name="batch">The completions.</param>
    /// <param name="quantile">The share that is kept, above 0 and at most 1.</param>
    public static IReadOnlyList<LossSequence> KeepTop(IReadOnlyList<LossSequence> batch, double quantile)
    {
        var tokens = Tokens(batch);
        if (tokens.Count == 0) return batch;
        tokens.Sort();
        var threshold = Quantile(tokens, 1 - quantile);
        return [.. batch.Select(sequence => sequence with { Weights = Masked(sequence, threshold) })];
    }

    private static double[] Masked(LossSequence sequence, double threshold)
    {
        var view = sequence.View;
        var weights = new double[view.Length];
        for (var t = 0; t < weights.Length; t++)
        {
            weights[t] = view.Entropies[t] >= threshold ? (view.Weights.IsEmpty ? 1 : view.Weights[t]) : 0;
        }

        return weights;
    }

    private static List<double> Tokens(IReadOnlyList<LossSequence> batch)
    {
        var tokens = new List<double>();
        foreach (var sequence in batch)
        {
            var view = sequence.View;
            for (var t = 0; t < view.Length; t++)
            {
                if (view.Includes(t)) tokens.Add(view.Entropies[t]);
            }
        }

        return tokens;
    }

    /// <summary>Linear between the two nearest values, as torch.quantile.</summary>
    private static double Quantile(List<double> sorted, double share)
    {
        var position = share * (sorted.Count - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
