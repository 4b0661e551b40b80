using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>SkyRL: the policy losses of ppo_utils.py.</summary>
internal static class SkyRlDialect
{
    public static LossDialect Loss { get; } = new()
    {
        Trainer = "skyrl",
        Parameters =
        [
            "loss_type", "policy_loss_type", "eps_clip_low", "eps_clip_high", "clip_ratio_c", "loss_reduction", "max_seq_len", "prompt_boundaries", "cispo_anchor",
            "dppo_type", "delta_low", "delta_high", "tau_pos", "tau_neg", "use_kl_loss", "kl_loss_coef", "kl_estimator_type", "use_entropy_loss", "entropy_loss_coef",
            "off_policy_correction",
        ],
        Translate = Translate,
        Metrics = Metrics,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var type = settings.Choice(["policy_loss_type", "loss_type"], "regular", "regular", "dual_clip", "gspo", "sapo", "cispo", "dppo", "importance_sampling", "rollout_is", "cross_entropy");
        var onRollout = type is "dppo" or "rollout_is" || (type == "cispo" && settings.Choice("cispo_anchor", "old", "old", "rollout") == "rollout");
        if (type == "dppo") settings.Choice("dppo_type", "binary_tv", "binary_tv");
        var (aggregation, counts) = Reduction(settings);
        return WithKl(settings, request) with
        {
            LossType = type switch { "regular" or "dual_clip" => "grpo", "gspo" => "gspo_token", "dppo" => "tv_mask", "rollout_is" => "ratio_mask", _ => type },
            Aggregation = aggregation,
            Normalizer = counts,
            Epsilon = settings.Number(type == "dppo" ? "delta_low" : "eps_clip_low", 0.2),
            EpsilonHigh = settings.Number(type == "dppo" ? "delta_high" : "eps_clip_high", 0.2),
            CispoClipMin = type == "cispo" ? Math.Max(1 - settings.Number("eps_clip_low", 1), 0) : null,
            CispoClipMax = type == "cispo" ? 1 + settings.Number("eps_clip_high", 4) : null,
            DualClip = type == "dual_clip" ? settings.Number("clip_ratio_c", 3) : null,
            SapoTemperaturePos = settings.Number("tau_pos", 1),
            SapoTemperatureNeg = settings.Number("tau_neg", 1.05),
            LogRatioMin = -DialectSettings.LogRatioBound,
            LogRatioMax = type == "gspo" ? 10 : DialectSettings.LogRatioBound,
            EntropyCoef = settings.Flag("use_entropy_loss") ? settings.Number("entropy_loss_coef", 0.01) : 0,
            RolloutCorrection = settings.Section("off_policy_correction") is { } section ? Correction(section) : null,
            Sequences = onRollout ? DialectSettings.AnchoredOnRollout(request) : request.Sequences,
        };
    }

    /// <summary>Truncated weights, per token or of the whole sequence.</summary>
    internal static RolloutCorrectionSettings? Correction(TrainerSettings settings)
    {
        settings.AllowOnly(["tis_ratio_type", "token_tis_ratio_clip_high", "sequence_tis_ratio_clip_high"]);
        if (!settings.Has("tis_ratio_type")) return null;
        return settings.Choice("tis_ratio_type", "token", "token", "sequence") == "token"
            ? new() { Mode = "token_truncate", ClipMax = settings.Number("token_tis_ratio_clip_high", 2) }
            : new() { Mode = "sequence_truncate", ClipMax = settings.Number("sequence_tis_ratio_clip_high", 5) };
    }

    /// <summary>The divergence is the mean over sequences of means over their tokens, whatever the reduction of the policy term.</summary>
    private static LossRequest WithKl(TrainerSettings settings, LossRequest request)
    {
        if (!settings.Flag("use_kl_loss")) return request;
        var estimator = settings.Choice("kl_estimator_type", "k3", "k1", "k2", "k3", "abs");
        return request with
        {
            Beta = settings.Number("kl_loss_coef", 0.001),
            KlEstimator = estimator,
            KlInputClamp = estimator == "k3" ? DialectSettings.LogRatioBound : null,
            KlOutputClamp = estimator == "k3" ? 10 : null,
            KlAggregation = "seq-mean-token-mean",
        };
    }

    /// <summary>Without a loss_reduction the loss is the token sum of one micro-batch.</summary>
    private static (string Aggregation, NormalizerCounts? Counts) Reduction(TrainerSettings settings) => settings.Choice(
        "loss_reduction", "sum", "sum", "token_mean", "sequence_mean", "seq_mean_token_sum_norm", "prompt_mean") switch
    {
        "token_mean" => ("token-mean", null),
        "sequence_mean" => ("seq-mean-token-mean", null),
        "seq_mean_token_sum_norm" => ("seq-mean-token-sum-norm", new() { MaxCompletionLength = settings.Number("max_seq_len") }),
        "prompt_mean" => ("prompt-mean", new() { PromptSizes = settings.Ranges("prompt_boundaries")?.Select(range => range.To - range.From).ToArray() }),
        _ => ("token-sum", null),
    };

    private static IEnumerable<KeyValuePair<string, double>> Metrics(LossFigures figures)
    {
        if (figures.Tokens.Count == 0) yield break;
        if (figures.Canonical.LossType == "importance_sampling") yield return new("importance_ratio", figures.Mean(token => token.Ratio));
        else yield return new("clip_ratio", figures.Share(token => figures.Canonical.LossType == "cispo" ? token.Ratio != token.Numbers.Terms.ClippedRatio : token.IsClipped));
        if (figures.Canonical.LossType != "cispo") yield break;
        yield return new("cispo/ratio_mean", figures.Mean(token => token.Ratio));
        yield return new("cispo/ratio_clamped_mean", figures.Mean(token => token.Numbers.Terms.ClippedRatio));
        yield return new("cispo/ratio_max", figures.Tokens.Max(token => token.Ratio));
        yield return new("cispo/ratio_min", figures.Tokens.Min(token => token.Ratio));
    }
}
