namespace Grpo.Losses.Selections;

/// <summary>
/// Selects tokens by the covariance of advantage and log-probability, cov_t = (A_t - mean A)(lp_t - mean lp): large ones are what makes a policy lose its
/// entropy. Source: arXiv:2505.22617.
/// </summary>
internal static class CovarianceSelection
{
    /// <summary>At random, max(1, ratio N) of the unclipped tokens with a covariance between the bounds (Clip-Cov); repeatable by the seed.</summary>
    public static bool[][] InBounds(IReadOnlyList<LossSequence> batch, LossOptions options)
    {
        var settings = options.ClipCov;
        var tokens = Covariances(batch);
        var candidates = tokens.Where(token => token.Covariance > settings.LowerBound && token.Covariance < settings.UpperBound && !Clipped(batch, token, options)).ToArray();
        new Random(settings.Seed).Shuffle(candidates);
        return Marked(batch, candidates.Take(Share(tokens.Count, settings.Ratio)));
    }

    /// <summary>The max(1, ratio N) tokens of the largest covariance (KL-Cov).</summary>
    public static bool[][] Largest(IReadOnlyList<LossSequence> batch, LossOptions options)
    {
        var tokens = Covariances(batch);
        return Marked(batch, tokens.OrderByDescending(token => token.Covariance).Take(Share(tokens.Count, options.KlCov.Ratio)));
    }

    private static int Share(int tokens, double ratio) => Math.Max(1, (int)(ratio * tokens));

    private static List<Token> Covariances(IReadOnlyList<LossSequence> batch)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < batch.Count; i++)
        {
            var sequence = batch[i].View;
            for (var t = 0; t < sequence.Length; t++)
            {
                if (sequence.Includes(t)) tokens.Add(new(i, t, sequence.Advantage(t), sequence.Logprobs[t], Covariance: 0));
            }
        }

        if (tokens.Count == 0) return tokens;
        var (advantage, logprob) = (tokens.Average(token => token.Advantage), tokens.Average(token => token.Logprob));
        return tokens.ConvertAll(token => token with { Covariance = (token.Advantage - advantage) * (token.Logprob - logprob) });
    }

    private static bool Clipped(IReadOnlyList<LossSequence> batch, Token token, LossOptions options)
    {
        var ratio = Math.Exp(token.Logprob - batch[token.Sequence].View.OldLogprobs[token.Position]);
        return (token.Advantage > 0 && ratio > options.UpperRatio) || (token.Advantage < 0 && ratio < options.LowerRatio);
    }

    private static bool[][] Marked(IReadOnlyList<LossSequence> batch, IEnumerable<Token> selected)
    {
        bool[][] marks = [.. batch.Select(sequence => new bool[sequence.Length])];
        foreach (var token in selected) marks[token.Sequence][token.Position] = true;
        return marks;
    }

    private sealed record Token(int Sequence, int Position, double Advantage, double Logprob, double Covariance);
}
