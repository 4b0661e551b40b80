namespace Grpo.Evaluation;

/// <summary>An interval for the true value of a metric.</summary>
public sealed record ConfidenceInterval
{
    /// <summary>Probability that such an interval covers the true value.</summary>
    /// <example>0.95</example>
    public required double Level { get; init; }

    /// <summary>How it was computed: wilson, clustered_t, bootstrap, paired_t, or normal.</summary>
    /// <example>wilson</example>
    public required string Method { get; init; }

    /// <summary>The lower end.</summary>
    public required double Lower { get; init; }

    /// <summary>The upper end.</summary>
    public required double Upper { get; init; }
}

/// <summary>A metric with its uncertainty. What is undefined is null.</summary>
public sealed record MetricEstimate
{
    /// <summary>The estimate; null when no prompt has enough scored samples.</summary>
    public required double? Value { get; init; }

    /// <summary>Prompts that the estimate is made of.</summary>
    public required int N { get; init; }

    /// <summary>Standard error, prompts being the independent units; null with fewer than two.</summary>
    public required double? Stderr { get; init; }

    /// <summary>The confidence interval; null where there is none.</summary>
    public required ConfidenceInterval? Ci { get; init; }

    /// <summary>Nothing to estimate from.</summary>
    public static MetricEstimate Undefined { get; } = new() { Value = null, N = 0, Stderr = null, Ci = null };
}
