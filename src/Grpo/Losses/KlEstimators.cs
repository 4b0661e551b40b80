using Grpo.Losses.Kl;

namespace Grpo.Losses;

/// <summary>Estimates KL(policy || reference) from the sampled token alone, with x = logprob - ref_logprob.</summary>
/// <param name="logprob">Under the policy.</param>
/// <param name="refLogprob">Under the reference.</param>
public delegate KlTerm EstimateKl(double logprob, double refLogprob);

/// <summary>The estimate at one token.</summary>
/// <param name="Value">In nats.</param>
/// <param name="GradLogprob">d value / d logprob.</param>
public readonly record struct KlTerm(double Value, double GradLogprob);

/// <summary>One way to estimate the divergence.</summary>
public sealed record KlEstimator
{
    /// <summary>The canonical name.</summary>
    public required string Name { get; init; }

    /// <summary>The computation.</summary>
    public required EstimateKl Estimate { get; init; }
}

/// <summary>The estimators by name. Source: John Schulman, "Approximating KL Divergence", 2020.</summary>
public static class KlEstimators
{
    /// <summary>k1, k2, k3, abs.</summary>
    public static NamedChoices<KlEstimator> All { get; } = new(
        "KL estimator",
        estimator => estimator.Name,
        new KlEstimator { Name = "k1", Estimate = K1.Estimate },
        new KlEstimator { Name = "k2", Estimate = K2.Estimate },
        new KlEstimator { Name = "k3", Estimate = K3.Estimate },
        new KlEstimator { Name = "abs", Estimate = AbsoluteDifference.Estimate });
}
