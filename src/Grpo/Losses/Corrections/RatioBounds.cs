namespace Grpo.Losses.Corrections;

/// <summary>What happens to a ratio beyond its bounds.</summary>
public static class RatioBounds
{
    /// <summary>It is set to the bound (TIS).</summary>
    public static void Truncate(in SequenceView sequence, Span<double> ratios, double low, double high)
    {
        foreach (ref var ratio in ratios) ratio = Math.Min(Math.Max(ratio, low), high);
    }

    /// <summary>It is set to 0: the token or sequence leaves the policy term (MIS, IcePop).</summary>
    public static void Mask(in SequenceView sequence, Span<double> ratios, double low, double high)
    {
        foreach (ref var ratio in ratios) ratio = ratio >= low && ratio <= high ? ratio : 0;
    }

    /// <summary>Token ratios stay as they are when their geometric mean is in bounds, else all become 0 (seq-mask-tis of OpenRLHF and NeMo-RL).</summary>
    public static void MaskByGeometricMean(in SequenceView sequence, Span<double> ratios, double low, double high)
    {
        var log = 0.0;
        for (var t = 0; t < ratios.Length; t++)
        {
            if (sequence.Includes(t)) log += Math.Log(ratios[t]);
        }

        var mean = Math.Exp(log / Math.Max(sequence.TokenCount, 1));
        if (!(mean >= low && mean <= high)) ratios.Clear();
    }
}
