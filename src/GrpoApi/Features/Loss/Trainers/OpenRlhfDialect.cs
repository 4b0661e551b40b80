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
            "vllm_is_truncated_threshold", "vllm_is_correction_type",
        ],
        Translate = Translate,
        Metrics = Metrics,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var gspo = (settings.Text("policy_loss_type") ?? settings.Choice("loss_type", "ppo", "ppo", "gspo")) == "gspo";
        var corrected = settings.Flag("enable_vllm_is_correction");
        var perToken = settings.Flag("token_level_loss", fallback: true) && !gspo;
        var bounds = settings.Numbers("vllm_is_truncated_threshold") ?? [0.5, 5];
        if (bounds.Length != 2) throw settings.Invalid("vllm_is_truncated_threshold", "Must be [low, high].");
        return request with
        {
            LossType = gspo ? "gspo" : "grpo",
            Aggregation = perToken ? "token-mean" : "seq-mean-token-mean",
            Normalizer = perToken ? null : DialectSettings.MeanOverSequences,
            Epsilon = settings.Number("clip_eps_low", 0.2),
            EpsilonHigh = settings.Number("clip_eps_high", 0.2),
            DualClip = settings.Number("dual_clip"),
            LogRatioMin = gspo ? null : -DialectSettings.LogRatioBound,
            LogRatioMax = gspo ? null : DialectSettings.LogRatioBound,
            RolloutCorrection = corrected && !gspo
                ? new()
                {
                    Mode = DialectSettings.CorrectionMode(settings.Choice("vllm_is_correction_type", "tis", "tis", "icepop", "seq-mask-tis")),
                    ClipMin = bounds[0],
                    ClipMax = bounds[1],
                }
                : null,
            Sequences = corrected && gspo ? DialectSettings.AnchoredOnRollout(request) : request.Sequences,
        };
    }

    private static IEnumerable<KeyValuePair<string, double>> Metrics(LossFigures figures)
    {
        yield return new("clip_ratio", figures.Share(token => token.IsClipped));
        yield return new("ppo_kl", figures.Mean(token => token.Old - token.Logprob));
        if (figures.Canonical.RolloutCorrection is not null) yield return new("vllm_kl", figures.Mean(token => token.Rollout - token.Old));
    }
}
