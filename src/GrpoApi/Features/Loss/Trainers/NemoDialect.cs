using Grpo.Losses;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>NeMo-RL: ClippedPGLossFn.</summary>
internal static class NemoDialect
{
    public static LossDialect Loss { get; } = new()
    {
        Trainer = "nemo_rl",
        Parameters =
        [
            "loss_type", "ratio_clip_min", "ratio_clip_max", "ratio_clip_c", "token_level_loss", "use_cispo", "disable_ppo_ratio", "force_on_policy_ratio",
            "sequence_level_importance_ratios", "use_importance_sampling_correction", "truncated_importance_sampling_type", "truncated_importance_sampling_ratio",
            "truncated_importance_sampling_ratio_min", "reference_policy_kl_penalty", "reference_policy_kl_type", "kl_input_clamp_value", "kl_output_clamp_value",
            "use_on_policy_kl_approximation", "use_kl_in_reward", "positive_example_nll_weight", "global_valid_toks", "global_valid_seqs",
        ],
        Translate = Translate,
        Metrics = NemoMetrics.Of,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        settings.Choice("loss_type", "clipped_pg", "clipped_pg");
        var perToken = settings.Flag("token_level_loss", fallback: true);
        return WithKl(settings, request) with
        {
            LossType = settings.Flag("disable_ppo_ratio") ? "reinforce" : settings.Flag("use_cispo") ? "cispo" : "grpo",
            ImportanceSamplingLevel = settings.Flag("sequence_level_importance_ratios") ? "sequence" : null,
            Aggregation = perToken ? "token-mean" : "seq-mean-token-mean",
            Normalizer = new()
            {
                NumItemsInBatch = settings.Number("global_valid_toks"),
                GlobalBatchSize = settings.Number("global_valid_seqs"),
                TokenEpsilon = 1e-8,
                RowEpsilon = perToken ? 0 : 1e-8,
                RatioEpsilon = 1e-8,
                EmptyRows = EmptyRows.Skip,
            },
            Epsilon = settings.Number("ratio_clip_min", 0.2),
            EpsilonHigh = settings.Number("ratio_clip_max", 0.2),
            DualClip = settings.Number("ratio_clip_c"),
            PositiveNllWeight = settings.Number("positive_example_nll_weight", 0),
            RolloutCorrection = Correction(settings),
            Sequences = settings.Flag("force_on_policy_ratio") ? [.. request.Sequences.Select(sequence => sequence with { OldLogprobs = null })] : request.Sequences,
        };
    }

    /// <summary>k3 by default, clamped on both sides; its weight adds the score-function gradient. A divergence in the reward is not in the loss too.</summary>
    private static LossRequest WithKl(TrainerSettings settings, LossRequest request) => settings.Number("reference_policy_kl_penalty", 0) is var beta && (beta == 0 || settings.Flag("use_kl_in_reward")) ? request : request with
    {
        Beta = beta,
        KlEstimator = settings.Choice("reference_policy_kl_type", "k3", "k1", "k2", "k3"),
        KlInputClamp = settings.Number("kl_input_clamp_value", 20),
        KlOutputClamp = settings.Number("kl_output_clamp_value", 10),
        KlWeight = settings.Flag("use_on_policy_kl_approximation") ? KlWeight.RolloutRatio : KlWeight.ScoreFunction,
    };

    private static RolloutCorrectionSettings? Correction(TrainerSettings settings)
    {
        if (!settings.Flag("use_importance_sampling_correction")) return null;
        var truncated = settings.Has("truncated_importance_sampling_ratio");
        var mode = DialectSettings.CorrectionMode(settings.Choice("truncated_importance_sampling_type", "tis", "tis", "icepop", "seq-mask-tis"));
        return new()
        {
            Mode = settings.Flag("sequence_level_importance_ratios") && mode != "seq_mask_tis" ? mode.Replace("token", "sequence", StringComparison.Ordinal) : mode,
            ClipMax = truncated ? settings.Number("truncated_importance_sampling_ratio") : DialectSettings.Unbounded,
            ClipMin = truncated ? settings.Number("truncated_importance_sampling_ratio_min") : null,
        };
    }
}
