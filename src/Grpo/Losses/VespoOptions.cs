namespace Grpo.Losses;

/// <summary>The shape of VESPO's weight, by the sign of the advantage.</summary>
public sealed record VespoOptions
{
    /// <summary>Power of the ratio where the advantage is not negative.</summary>
    /// <value>The default value is 2.</value>
    public double KPos { get; init; } = 2;

    /// <summary>Decay where the advantage is not negative.</summary>
    /// <value>The default value is 3.</value>
    public double LambdaPos { get; init; } = 3;

    /// <summary>Power of the ratio where the advantage is negative.</summary>
    /// <value>The default value is 3.</value>
    public double KNeg { get; init; } = 3;

    /// <summary>Decay where the advantage is negative.</summary>
    /// <value>The default value is 2.</value>
    public double LambdaNeg { get; init; } = 2;
}
