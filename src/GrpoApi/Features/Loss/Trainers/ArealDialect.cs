using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>AReaL: ppo_actor_loss_fn, decoupled PPO. old_logprobs are its proximal, rollout_logprobs its behaviour log-probabilities.</summary>
internal static class ArealDialect
{
    public static LossDialect Loss { get; } = new()
    {
        Trainer = "areal",
        Parameters = ["loss_type", "eps_clip", "eps_clip_higher", "c_clip", "importance_sampling_level", "rejection_sampling"],
        Translate = Translate,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        settings.Choice("loss_type", "ppo", "ppo");
        return request with
        {
            LossType = "grpo",
            Aggregation = "token-mean",
            ImportanceSamplingLevel = settings.Choice("importance_sampling_level", "token", "token", "sequence"),
            Epsilon = settings.Number("eps_clip", 0.2),
            EpsilonHigh = settings.Number("eps_clip_higher"),
            DualClip = settings.Number("c_clip"),
            RolloutCorrection = settings.Section("rejection_sampling") is { } rejection ? Correction(rejection) : null,
        };
    }

    internal static RolloutCorrectionSettings Correction(TrainerSettings settings)
    {
        settings.AllowOnly(["metric", "level", "action", "agg", "lower", "upper"]);
        settings.Choice("metric", "ratio", "ratio");
        var clamps = settings.Choice("action", "mask", "mask", "clamp") == "clamp";
        var sequence = settings.Choice("level", "token", "token", "sequence") == "sequence";
        if (sequence && clamps) throw settings.Invalid("action", "clamp belongs to the level token.");
        return new()
        {
            Mode = sequence ? settings.Choice("agg", "mean", "mean", "sum") == "mean" ? "seq_mask_tis" : "sequence_mask" : clamps ? "token_truncate" : "token_mask",
            ClipMax = settings.Number("upper", DialectSettings.Unbounded),
            ClipMin = settings.Number("lower"),
        };
    }
}
