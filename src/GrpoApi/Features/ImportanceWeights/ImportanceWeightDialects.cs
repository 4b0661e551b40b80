using GrpoApi.Features.Loss;
using GrpoApi.Features.Loss.Trainers;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;

namespace GrpoApi.Features.ImportanceWeights;

/// <summary>Says a trainer's own correction settings in ours.</summary>
internal static class ImportanceWeightDialects
{
    private static readonly Dictionary<string, (string[] Parameters, Func<TrainerSettings, ImportanceWeightsRequest, ImportanceWeightsRequest> Translate)> All = new()
    {
        ["trl"] = (["vllm_importance_sampling_mode", "vllm_importance_sampling_clip_max", "vllm_importance_sampling_clip_min", "off_policy_mask_threshold"], Trl),
        ["verl"] = (["rollout_is", "rollout_is_threshold", "rollout_is_batch_normalize", "rollout_rs", "rollout_rs_threshold"], Verl),
        ["openrlhf"] = (["vllm_is_correction_type", "vllm_is_truncated_threshold"], OpenRlhf),
        ["nemo_rl"] = (["truncated_importance_sampling_type", "truncated_importance_sampling_ratio", "truncated_importance_sampling_ratio_min"], Nemo),
        ["skyrl"] = (["tis_ratio_type", "token_tis_ratio_clip_high", "sequence_tis_ratio_clip_high"], (settings, request) => As(SkyRlDialect.Correction(settings.Without("trainer")), request)),
        ["areal"] = (["rejection_sampling"], (settings, request) => As(settings.Section("rejection_sampling") is { } section ? ArealDialect.Correction(section) : null, request)),
        ["open_instruct"] = (["rho_clamp_upper_bound"], (settings, request) => request with { Mode = "token_truncate", ClipMax = settings.Number("rho_clamp_upper_bound", 2) }),
        ["slime"] = (["use_tis", "tis_clip", "tis_clip_low", "opsm_delta"], Slime),
    };

    /// <summary>The request in our settings.</summary>
    /// <exception cref="FluentValidation.ValidationException">The trainer or a parameter is not known, or both ways of settings are used at once.</exception>
    public static ImportanceWeightsRequest Canonical(ImportanceWeightsRequest request)
    {
        if (request.TrainerConfig is not { } config) return request;
        var settings = new TrainerSettings(config);
        if (request.Choices != new ImportanceWeightChoices()) throw RequestValidation.Invalid("trainer_config", "Contradicts the other settings: give either these or a trainer's.");
        if (!All.TryGetValue(settings.Text("trainer") ?? "", out var dialect)) throw settings.Invalid("trainer", $"Supported: {string.Join(", ", All.Keys)}.");
        settings.AllowOnly([.. dialect.Parameters, "trainer"]);
        return dialect.Translate(settings, request) with { TrainerConfig = null };
    }

    private static ImportanceWeightsRequest Trl(TrainerSettings settings, ImportanceWeightsRequest request) => request with
    {
        Mode = settings.Choice("vllm_importance_sampling_mode", "sequence_mask", "token_truncate", "token_mask", "sequence_truncate", "sequence_mask"),
        ClipMax = settings.Number("vllm_importance_sampling_clip_max"),
        ClipMin = settings.Number("vllm_importance_sampling_clip_min"),
        OffPolicyMaskThreshold = settings.Number("off_policy_mask_threshold"),
    };

    private static ImportanceWeightsRequest Verl(TrainerSettings settings, ImportanceWeightsRequest request) => As(VerlBypass.Correction(settings), request);

    private static ImportanceWeightsRequest As(RolloutCorrectionSettings? correction, ImportanceWeightsRequest request) => correction is null ? request : request with
    {
        Mode = correction.Mode,
        ClipMax = correction.ClipMax,
        ClipMin = correction.ClipMin,
        BatchNormalize = correction.BatchNormalize,
        Rejection = correction.Rejection,
    };

    private static ImportanceWeightsRequest OpenRlhf(TrainerSettings settings, ImportanceWeightsRequest request)
    {
        var bounds = settings.Range("vllm_is_truncated_threshold") ?? (0.5, 5);
        return request with
        {
            Mode = DialectSettings.CorrectionMode(settings.Choice("vllm_is_correction_type", "tis", "tis", "icepop", "seq-mask-tis")),
            ClipMin = bounds.Low,
            ClipMax = bounds.High,
        };
    }

    private static ImportanceWeightsRequest Nemo(TrainerSettings settings, ImportanceWeightsRequest request) => request with
    {
        Mode = DialectSettings.CorrectionMode(settings.Choice("truncated_importance_sampling_type", "tis", "tis", "icepop", "seq-mask-tis")),
        ClipMax = settings.Number("truncated_importance_sampling_ratio", DialectSettings.Unbounded),
        ClipMin = settings.Number("truncated_importance_sampling_ratio_min"),
    };

    private static ImportanceWeightsRequest Slime(TrainerSettings settings, ImportanceWeightsRequest request) => request with
    {
        Mode = settings.Flag("use_tis") ? "token_truncate" : null,
        ClipMax = settings.Flag("use_tis") ? settings.Number("tis_clip", 2) : null,
        ClipMin = settings.Flag("use_tis") ? settings.Number("tis_clip_low", 0) : null,
        OffPolicyMaskThreshold = settings.Number("opsm_delta"),
    };
}
