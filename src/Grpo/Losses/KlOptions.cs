namespace Grpo.Losses;

/// <summary>How the divergence from the reference is bounded and weighed, besides its estimator.</summary>
public sealed record KlOptions
{
    /// <summary>x = logprob - ref_logprob is clamped to plus and minus this before the estimate; null is no bound. verl's k3 and NeMo-RL 20.</summary>
    public double? InputClamp { get; init; }

    /// <summary>The estimate is clamped to plus and minus this; null is no bound. verl's k3, OpenRLHF and NeMo-RL 10.</summary>
    public double? OutputClamp { get; init; }

    /// <summary>The value of the estimator with the gradient of k2, which is x: unbiased on-policy (verl's "k3+").</summary>
    public bool StraightThrough { get; init; }

    /// <summary>What the estimate is multiplied by.</summary>
    public KlWeight Weight { get; init; }

    /// <summary>Whether <see cref="OutputClamp"/> bounds the weighed estimate instead of the estimate (slime's low_var_kl).</summary>
    public bool ClampAfterWeight { get; init; }
}

/// <summary>What a divergence is multiplied by.</summary>
public enum KlWeight
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The importance ratio, which makes the gradient unbiased (DeepSeek-V3.2, equation 7).</summary>
    Ratio,

    /// <summary>exp(lp - sg(lp)): the value stays, the score-function gradient comes in (NeMo-RL).</summary>
    ScoreFunction,

    /// <summary>exp(logprob - rollout_logprob) (NeMo-RL's use_on_policy_kl_approximation).</summary>
    RolloutRatio,
}
