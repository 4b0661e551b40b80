using Grpo.Losses;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>verl: the policy losses and the value loss of core_algos.py, by the names of its actor configuration.</summary>
internal static class VerlDialect
{
    private const double DefaultClipRatio = 0.2;

    public static LossDialect Loss { get; } = new()
    {
        Trainer = "verl",
        Parameters =
        [
            "loss_type", "loss_mode", "loss_agg_mode", "clip_ratio", "clip_ratio_low", "clip_ratio_high", "clip_ratio_c", "tau_pos", "tau_neg", "clip_cov_ratio",
            "clip_cov_lb", "clip_cov_ub", "kl_cov_ratio", "ppo_kl_coef", "dro_beta", "cliprange_value", "dp_size", "batch_num_tokens", "global_batch_size",
            "loss_scale_factor", "rollout_correction", "use_kl_loss", "kl_loss_coef", "kl_loss_type", "entropy_coeff", "seed",
        ],
        Translate = Translate,
        Metrics = VerlMetrics.Of,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var type = settings.Text("loss_type") ?? settings.Text("loss_mode") ?? "vanilla";
        var aggregation = type switch
        {
            "gspo" or "sapo" or "geo_mean" => "seq-mean-token-mean",
            "reinforce" => Aggregation(settings, "seq-mean-token-sum"),
            _ => Aggregation(settings, "token-mean"),
        };
        var low = settings.Number("clip_ratio_low") ?? settings.Number("clip_ratio", DefaultClipRatio);
        var canonical = request with
        {
            Aggregation = aggregation,
            Normalizer = Counts(settings, aggregation, type),
            Epsilon = low,
            EpsilonHigh = settings.Number("clip_ratio_high") ?? settings.Number("clip_ratio", DefaultClipRatio),
            EntropyCoef = settings.Number("entropy_coeff", 0),
        };
        canonical = settings.Flag("use_kl_loss") ? WithKl(settings, canonical, aggregation) : canonical;
        return type == "bypass_mode" ? VerlBypass.Translate(settings, canonical) : OfType(type, settings, canonical);
    }

    internal static LossRequest OfType(string type, TrainerSettings settings, LossRequest request) => type switch
    {
        "vanilla" => Clamped(request) with { LossType = "grpo", DualClip = settings.Number("clip_ratio_c", 3) },
        "gspo" => request with { LossType = "gspo_token", LogRatioMax = 10 },
        "sapo" => Clamped(request) with { LossType = "sapo", SapoTemperaturePos = settings.Number("tau_pos", 1), SapoTemperatureNeg = settings.Number("tau_neg", 1.05) },
        "cispo" => Clamped(request) with { LossType = "cispo" },
        "geo_mean" or "gpg" or "reinforce" => request with { LossType = type },
        "dppo_tv" or "dppo_kl" => Clamped(request) with { LossType = type, DualClip = settings.Number("clip_ratio_c", 20) },
        "dro" => request with { LossType = "dro", DroBeta = settings.Number("dro_beta") ?? throw settings.Invalid("dro_beta", "Needed by the loss type dro.") },
        "value" => request with { LossType = "value", CliprangeValue = settings.Number("cliprange_value", 0.5) },
        "kl_cov" => request with { LossType = type, KlCov = new() { Ratio = settings.Number("kl_cov_ratio", 2e-4), Coef = settings.Number("ppo_kl_coef", 0.1) } },
        "clip_cov" => request with
        {
            LossType = type,
            ClipCov = new()
            {
                Ratio = settings.Number("clip_cov_ratio", 2e-4),
                LowerBound = settings.Number("clip_cov_lb", 1),
                UpperBound = settings.Number("clip_cov_ub", 5),
                Seed = settings.Whole("seed", 0),
            },
        },
        _ => throw settings.Invalid("loss_type", $"'{type}' is not supported. Supported: vanilla, gspo, sapo, cispo, geo_mean, gpg, reinforce, dppo_tv, dppo_kl, dro, clip_cov, kl_cov, value, bypass_mode."),
    };

    private static LossRequest Clamped(LossRequest request) =>
        request with { LogRatioMin = -DialectSettings.LogRatioBound, LogRatioMax = DialectSettings.LogRatioBound };

    private static string Aggregation(TrainerSettings settings, string fallback) =>
        settings.Choice("loss_agg_mode", fallback, "token-mean", "seq-mean-token-mean", "seq-mean-token-sum", "seq-mean-token-sum-norm", "token-sum");

    /// <summary>The divergence goes by loss_agg_mode also where the policy term has an aggregation of its own.</summary>
    private static LossRequest WithKl(TrainerSettings settings, LossRequest request, string policyAggregation)
    {
        var aggregation = Aggregation(settings, "token-mean");
        var kl = VerlKl.Of(settings, settings.Text("kl_loss_type") ?? "low_var_kl", "kl_loss_type");
        return request with
        {
            Beta = settings.Number("kl_loss_coef", 0.001),
            KlEstimator = kl.Estimator,
            KlInputClamp = kl.InputClamp,
            KlOutputClamp = kl.OutputClamp,
            KlStraightThrough = kl.StraightThrough,
            KlAggregation = aggregation == policyAggregation ? null : aggregation,
        };
    }

    private static NormalizerCounts Counts(TrainerSettings settings, string aggregation, string type)
    {
        var ranks = settings.Number("dp_size", 1);
        return new()
        {
            NumItemsInBatch = settings.Number("batch_num_tokens") / ranks,
            GlobalBatchSize = settings.Number("global_batch_size") / ranks,
            LossScaleFactor = settings.Number("loss_scale_factor"),
            TokenEpsilon = aggregation == "seq-mean-token-mean" ? 1e-8 : 0,
            RatioEpsilon = type == "geo_mean" ? 1e-8 : 0,
            EmptyRows = type == "geo_mean" ? EmptyRows.Count : EmptyRows.Skip,
        };
    }
}
