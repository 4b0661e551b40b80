using Grpo.Losses.Kl;

namespace Grpo.Losses;

/// <summary>Estimates KL(policy || reference) at each token from the sampled token alone.</summary>
/// <param name="x">logprob - ref_logprob, shape (T).</param>
/// <param name="values">Destination: the estimate in nats, shape (T).</param>
/// <param name="gradLogprobs">Destination: d value / d logprob, shape (T).</param>
public delegate void EstimateKl(ReadOnlySpan<double> x, Span<double> values, Span<double> gradLogprobs);

/// <summary>One way to estimate the divergence.</summary>
public sealed record KlEstimator
{
    /// <summary>The canonical name.</summary>
    public required string Name { get; init; }

    /// <summary>The computation.</summary>
    public required EstimateKl Estimate { get; init; }

    /// <summary>What the estimate is multiplied by where the options name no weight.</summary>
    public KlWeight Weight { get; init; }
}

/// <summary>The estimators by name. Source: John Schulman, "Approximating KL Divergence", 2020.</summary>
public static class KlEstimators
{
    /// <summary>k1, k2, k3, abs, k4 (open-instruct's fourth: k1 times the ratio), and trainers' names for the first three: kl, mse, low_var_kl.</summary>
    public static NamedChoices<KlEstimator> All { get; } = new(
        "KL estimator",
        estimator => estimator.Name,
        new KlEstimator { Name = "k1", Estimate = K1.Estimate },
        new KlEstimator { Name = "k2", Estimate = K2.Estimate },
        new KlEstimator { Name = "k3", Estimate = K3.Estimate },
        new KlEstimator { Name = "abs", Estimate = AbsoluteDifference.Estimate },
        new KlEstimator { Name = "k4", Estimate = K1.Estimate, Weight = KlWeight.Ratio },
        new KlEstimator { Name = "kl", Estimate = K1.Estimate },
        new KlEstimator { Name = "mse", Estimate = K2.Estimate },
        new KlEstimator { Name = "low_var_kl", Estimate = K3.Estimate });
}
