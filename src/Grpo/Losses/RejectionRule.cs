namespace Grpo.Losses;

/// <summary>
/// Takes tokens or sequences out of the mask where an estimate of the divergence between sampler and trainer is out of bounds. With the log ratio
/// l = old - rollout, clamped to plus and minus 20: k1 = -l, k2 = l^2 / 2, k3 = exp(l) - 1 - l. Source: verl's rollout_rs.
/// </summary>
/// <param name="Name">The level and the estimate: token_k1, seq_sum_k1, seq_mean_k1 (also k2, k3), seq_max_k2, seq_max_k3.</param>
/// <param name="Low">The smallest allowed; for k1 a ratio rollout / old, whose logarithm is the bound. null: none.</param>
/// <param name="High">The largest allowed, likewise.</param>
public sealed record RejectionRule(string Name, double? Low, double? High)
{
    /// <summary>verl's bound of the log ratio.</summary>
    public const double SafetyBound = 20;

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. from level in (string[])["token", "seq_sum", "seq_mean", "seq_max"] from estimate in (string[])["k1", "k2", "k3"] where (level, estimate) != ("seq_max", "k1") select $"{level}_{estimate}"];

    /// <summary>Whether the estimate is the signed one, whose bounds are ratios.</summary>
    public bool IsK1 => Name.EndsWith("k1", StringComparison.Ordinal);

    /// <summary>Whether tokens are judged one by one.</summary>
    public bool IsPerToken => Name.StartsWith("token", StringComparison.Ordinal);

    /// <summary>The bounds of the estimate itself.</summary>
    public (double Low, double High) Bounds => IsK1
        ? (Low is { } low ? Math.Log(low) : double.NegativeInfinity, High is { } high ? Math.Log(high) : double.PositiveInfinity)
        : (Low ?? double.NegativeInfinity, High ?? double.PositiveInfinity);

    /// <summary>The estimate at each token, shape (T); 0 under a 0 of the mask.</summary>
    public double[] Estimates(in SequenceView sequence, ReadOnlySpan<double> logprobs)
    {
        var estimates = new double[sequence.Length];
        for (var t = 0; t < estimates.Length; t++)
        {
            if (!sequence.Includes(t)) continue;
            var log = Math.Clamp(logprobs[t] - sequence.RolloutLogprobs[t], -SafetyBound, SafetyBound);
            estimates[t] = Name[^1] switch { '1' => -log, '2' => log * log / 2, _ => Math.Exp(log) - 1 - log };
        }

        return estimates;
    }

    /// <summary>What is held against the bounds: the estimates, or one number for the sequence.</summary>
    public double Of(double[] estimates, int token, int tokenCount) => Name[..^3] switch
    {
        "token" => estimates[token],
        "seq_sum" => estimates.Sum(),
        "seq_mean" => estimates.Sum() / Math.Max(tokenCount, 1),
        _ => estimates.Max(),
    };

    /// <summary>What is held against the bounds at each token of the mask, shape (n).</summary>
    public double[] Judged(LossSequence sequence, MismatchNumerator numerator)
    {
        var view = sequence.View;
        var estimates = Estimates(view, numerator == MismatchNumerator.Old ? view.OldLogprobs : view.Logprobs);
        var judged = new List<double>();
        for (var t = 0; t < view.Length; t++)
        {
            if (view.Includes(t)) judged.Add(Of(estimates, t, view.TokenCount));
        }

        return [.. judged];
    }

    /// <summary>The mask without what any of the rules rejects, shape (T).</summary>
    public static byte[] Apply(IReadOnlyList<RejectionRule> rules, LossSequence sequence, MismatchNumerator numerator)
    {
        var view = sequence.View;
        var logprobs = numerator == MismatchNumerator.Old ? view.OldLogprobs : view.Logprobs;
        var mask = new byte[view.Length];
        for (var t = 0; t < mask.Length; t++) mask[t] = view.Includes(t) ? (byte)1 : (byte)0;
        foreach (var rule in rules)
        {
            var estimates = rule.Estimates(view, logprobs);
            var (low, high) = rule.Bounds;
            for (var t = 0; t < mask.Length; t++)
            {
                if (!(rule.Of(estimates, t, view.TokenCount) is var value && value >= low && value <= high)) mask[t] = 0;
            }
        }

        return mask;
    }
}
