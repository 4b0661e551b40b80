namespace Grpo.Losses;

/// <summary>How fast SAPO's gradient fades with the distance of the ratio from 1.</summary>
public sealed record SapoOptions
{
    /// <summary>Where the advantage is positive.</summary>
    /// <value>Above 0. The default value is 1.</value>
    public double TemperaturePos { get; init; } = 1.0;

    /// <summary>Where it is not.</summary>
    /// <value>Above 0. The default value is 1.05: negative tokens fade faster.</value>
    public double TemperatureNeg { get; init; } = 1.05;
}
