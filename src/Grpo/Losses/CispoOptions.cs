namespace Grpo.Losses;

/// <summary>The bounds of CISPO's weight, as ratios. With neither given they are 1 - epsilon and 1 + epsilon_high (verl, slime, NeMo-RL).</summary>
public sealed record CispoOptions
{
    /// <summary>The largest weight.</summary>
    /// <value>Above 0. TRL 5, Tinker 4.</value>
    public double? ClipMax { get; init; }

    /// <summary>The smallest weight; null with a <see cref="ClipMax"/> is 0, no lower bound (TRL, MiniMax-M1).</summary>
    /// <value>At least 0.</value>
    public double? ClipMin { get; init; }

    internal (double Low, double High) Bounds(LossOptions options) =>
        (ClipMin ?? (ClipMax is null ? Math.Max(options.LowerRatio, 0) : 0), ClipMax ?? options.UpperRatio);
}
