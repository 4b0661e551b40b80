namespace Grpo.Losses;

/// <summary>Which tokens clip_cov leaves out.</summary>
public sealed record ClipCovOptions
{
    /// <summary>Share of all tokens that is left out, but at least one token of those in bounds.</summary>
    /// <value>In [0, 1]. The default value is 2e-4.</value>
    public double Ratio { get; init; } = 2e-4;

    /// <summary>Tokens with a covariance above this may be left out.</summary>
    /// <value>The default value is 1.</value>
    public double LowerBound { get; init; } = 1;

    /// <summary>Tokens with a covariance below this may be left out.</summary>
    /// <value>The default value is 5.</value>
    public double UpperBound { get; init; } = 5;

    /// <summary>Makes the random choice among them repeatable.</summary>
    public int Seed { get; init; }
}

/// <summary>Which tokens kl_cov penalises, and how much.</summary>
public sealed record KlCovOptions
{
    /// <summary>Share of all tokens that is penalised, but at least one.</summary>
    /// <value>In [0, 1]. The default value is 2e-4.</value>
    public double Ratio { get; init; } = 2e-4;

    /// <summary>Weight of |log pi - log pi_old|.</summary>
    /// <value>At least 0. The default value is 0.1, that of verl's configuration.</value>
    public double Coefficient { get; init; } = 0.1;
}
