namespace GrpoApi.Features.Kl;

/// <summary>The divergence of each token.</summary>
public sealed record KlResponse
{
    /// <summary>One entry per sequence, in the order sent.</summary>
    public required IReadOnlyList<KlNumbers> Sequences { get; init; }

    /// <summary>kl: the mean over the tokens of all masks; with the estimator full the sum over the outcomes. null where undefined.</summary>
    /// <example>{"kl": 0.01}</example>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>Adaptive controller: the coefficient after each update.</summary>
    /// <example>null</example>
    public double[]? Values { get; init; }

    /// <summary>What trainer_config means in the settings of the request; null without one.</summary>
    public KlChoices? Canonical { get; init; }
}

/// <summary>The divergence of the tokens of one sequence.</summary>
public sealed record KlNumbers
{
    /// <summary>In nats, shape (T); 0 under a 0 of the mask, null where it overflowed. With the estimator full: the outcome's part, on its last token.</summary>
    /// <example>[0.0187, 0.0048, 0.0048]</example>
    public required double[] Kl { get; init; }

    /// <summary>d (sum of kl) / d logprobs, shape (T); always finite.</summary>
    /// <example>[0.18, 0.095, 0.095]</example>
    public required double[] GradLogprobs { get; init; }
}
