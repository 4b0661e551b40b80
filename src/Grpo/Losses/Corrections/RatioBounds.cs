namespace Grpo.Losses.Corrections;

/// <summary>What happens to a ratio beyond its bounds.</summary>
public static class RatioBounds
{
    /// <summary>It is set to the bound (TIS).</summary>
    public static void Truncate(Span<double> ratios, double low, double high)
    {
        foreach (ref var ratio in ratios) ratio = Math.Min(Math.Max(ratio, low), high);
    }

    /// <summary>It is set to 0: the token or sequence leaves the policy term (MIS, IcePop).</summary>
    public static void Mask(Span<double> ratios, double low, double high)
    {
        foreach (ref var ratio in ratios) ratio = ratio >= low && ratio <= high ? ratio : 0;
    }
}
