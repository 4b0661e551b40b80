using System.ComponentModel;
using System.Text.Json;
using Grpo.Losses;

namespace GrpoApi.Features.Kl;

/// <summary>How the divergence from a reference is estimated.</summary>
public record KlChoices
{
    /// <summary>
    /// The estimator, from x = logprob - ref_logprob: k1 = kl (x), k2 = mse (x^2 / 2), k3 = low_var_kl (exp(-x) + x - 1), abs, k4 (x times
    /// exp(logprob - old_logprob)), or full (exact over the sequences as outcomes).
    /// </summary>
    /// <example>k3</example>
    [DefaultValue("k3")]
    public string Estimator { get; init; } = "k3";

    /// <summary>x is clamped to plus and minus this; null: no bound. verl's k3 and NeMo-RL 20.</summary>
    /// <example>null</example>
    public double? InputClamp { get; init; }

    /// <summary>The estimate is clamped to plus and minus this; null: no bound. verl's k3, OpenRLHF and NeMo-RL 10.</summary>
    /// <example>null</example>
    public double? OutputClamp { get; init; }

    /// <summary>The value of the estimator with the gradient of k2.</summary>
    /// <example>false</example>
    public bool StraightThrough { get; init; }

    /// <summary>Whether the estimate is multiplied by exp(logprob - old_logprob), gradient included (DeepSeek-V3.2).</summary>
    /// <example>false</example>
    public bool UseBiasCorrectionKl { get; init; }

    /// <summary>What else the estimate is multiplied by: none, ratio, score_function (exp(lp - sg lp)) or rollout_ratio (exp(logprob - rollout_logprob)).</summary>
    /// <example>none</example>
    [DefaultValue(KlWeight.None)]
    public KlWeight Weight { get; init; }

    /// <summary>Whether output_clamp bounds the weighed estimate (slime's low_var_kl).</summary>
    /// <example>false</example>
    public bool ClampAfterWeight { get; init; }

    /// <summary>The settings alone.</summary>
    internal KlChoices Choices => new(this);

    internal KlOptions ToOptions() => new()
    {
        InputClamp = InputClamp,
        OutputClamp = OutputClamp,
        StraightThrough = StraightThrough,
        Weight = UseBiasCorrectionKl ? KlWeight.Ratio : Weight,
        ClampAfterWeight = ClampAfterWeight,
    };
}

/// <summary>Log-probabilities of completions under a policy and its reference.</summary>
public sealed record KlRequest : KlChoices
{
    /// <summary>
    /// A trainer's own settings in the place of those above, such as {"trainer": "verl", "kl_penalty": "k3+"}; with {"trainer": "verl", "controller": "adaptive",
    /// ...} the coefficient is adapted to current_kl instead.
    /// </summary>
    /// <example>null</example>
    public IReadOnlyDictionary<string, JsonElement>? TrainerConfig { get; init; }

    /// <summary>The completions, each of its own length.</summary>
    public IReadOnlyList<KlSequence>? Sequences { get; init; }

    /// <summary>Adaptive controller: the divergence measured at each update.</summary>
    /// <example>null</example>
    public double[]? CurrentKl { get; init; }

    /// <summary>Adaptive controller: the samples of each update.</summary>
    /// <example>null</example>
    public double[]? NSteps { get; init; }
}

/// <summary>One completion; every array has its length T.</summary>
public sealed record KlSequence
{
    /// <summary>Under the policy, shape (T).</summary>
    /// <example>[-0.9, -1.8, -0.4]</example>
    public required double[] Logprobs { get; init; }

    /// <summary>Under the reference, shape (T).</summary>
    /// <example>[-1.1, -1.9, -0.5]</example>
    public required double[] RefLogprobs { get; init; }

    /// <summary>Before the update, shape (T); for the weight ratio. Absent: equal to logprobs.</summary>
    /// <example>[-1.0, -2.0, -0.5]</example>
    public double[]? OldLogprobs { get; init; }

    /// <summary>As the sampler reported it, shape (T); needed by the weight rollout_ratio.</summary>
    /// <example>null</example>
    public double[]? RolloutLogprobs { get; init; }

    /// <summary>1 where a token counts, shape (T). Absent: all 1.</summary>
    /// <example>[1, 1, 1]</example>
    public double[]? Mask { get; init; }
}
