using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>OpenRLHF: PolicyLoss of openrlhf/models/loss.py.</summary>
internal static class OpenRlhfDialect
{
    public static LossDialect Loss { get; } = new()
    {
        Trainer = "openrlhf",
        Parameters =
        [
            "loss_type", "policy_loss_type", "clip_eps_low", "clip_eps_high", "dual_clip", "token_level_loss", "enable_vllm_is_correction",
            "vllm_is_truncated_threshold", "vllm_is_correction_type", "use_kl_loss", "init_kl_coef", "kl_estimator", "entropy_loss_coef",
        ],
        Translate = Translate,
        Metrics = Metrics,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var gspo = settings.Choice(["policy_loss_type", "loss_type"], "ppo", "ppo", "gspo") == "gspo";
        var corrected = settings.Flag("enable_vllm_is_correction");
        var perToken = settings.Flag("token_level_loss", fallback: true) && !gspo;
        var bounds = settings.Range("vllm_is_truncated_threshold") ?? (0.5, 5);
        return WithKl(settings, request) with
        {
            LossType = gspo ? "gspo" : "grpo",
            Aggregation = perToken ? "token-mean" : "seq-mean-token-mean",
            Normalizer = perToken ? null : DialectSettings.MeanOverSequences,
            Epsilon = settings.Number("clip_eps_low", 0.2),
            EpsilonHigh = settings.Number("clip_eps_high", 0.2),
            DualClip = settings.Number("dual_clip"),
            EntropyCoef = settings.Number("entropy_loss_coef", 0),
            LogRatioMin = gspo ? null : -DialectSettings.LogRatioBound,
            LogRatioMax = gspo ? null : DialectSettings.LogRatioBound,
            RolloutCorrection = corrected && !gspo
                ? new()
                {
                    Mode = DialectSettings.CorrectionMode(settings.Choice("vllm_is_correction_type", "tis", "tis", "icepop", "seq-mask-tis")),
                    ClipMin = bounds.Low,
                    ClipMax = bounds.High,
                }
                : null,
            Sequences = corrected && gspo ? DialectSettings.AnchoredOnRollout(request) : request.Sequences,
        };
    }

    /// <summary>The divergence in the loss is a mean over tokens, whatever the policy term is; in the reward it belongs to /v1/advantages.</summary>
    private static LossRequest WithKl(TrainerSettings settings, LossRequest request) => !settings.Flag("use_kl_loss") ? request : request with
    {
        Beta = settings.Number("init_kl_coef", 0.01),
        KlEstimator = settings.Choice("kl_estimator", "k1", "k1", "k2", "k3"),
        KlOutputClamp = 10,
        KlAggregation = "token-mean",
    };

    private static IEnumerable<KeyValuePair<string, double>> Metrics(LossFigures figures)
    {
        yield return new("clip_ratio", figures.Share(token => token.IsClipped));
        yield return new("ppo_kl", figures.Mean(token => token.Old - token.Logprob));
        if (figures.Canonical.RolloutCorrection is not null) yield return new("vllm_kl", figures.Mean(token => token.Rollout - token.Old));
    }
}
