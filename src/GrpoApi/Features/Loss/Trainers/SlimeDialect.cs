using Grpo.Losses;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>slime: policy_loss_function, by the names of its arguments.</summary>
internal static class SlimeDialect
{
    public static LossDialect Loss { get; } = new()
    {
        Trainer = "slime",
        Parameters =
        [
            "loss_type", "advantage_estimator", "aggregation", "calculate_per_token_loss", "eps_clip", "eps_clip_high", "eps_clip_c", "use_tis", "tis_clip",
            "tis_clip_low", "use_opsm", "opsm_delta", "use_kl_loss", "kl_loss_coef", "kl_loss_type", "use_unbiased_kl", "entropy_coef", "global_batch_size",
        ],
        Translate = Translate,
        Metrics = Metrics,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var canonical = request with
        {
            LossType = Type(settings),
            Normalizer = settings.Number("global_batch_size") is { } rows ? new() { GlobalBatchSize = rows } : null,
            Aggregation = settings.Flag("calculate_per_token_loss") ? "token-mean" : "seq-mean-token-mean",
            Epsilon = settings.Number("eps_clip", 0.2),
            EpsilonHigh = settings.Number("eps_clip_high"),
            DualClip = settings.Number("eps_clip_c"),
            EntropyCoef = settings.Number("entropy_coef", 0),
            OffPolicyMaskThreshold = settings.Flag("use_opsm") ? settings.Number("opsm_delta", 1e-4) : null,
            RolloutCorrection = settings.Flag("use_tis")
                ? new() { Mode = "token_truncate", ClipMax = settings.Number("tis_clip", 2), ClipMin = settings.Number("tis_clip_low", 0) }
                : null,
        };
        if (!settings.Flag("use_kl_loss")) return canonical;
        var lowVariance = settings.Choice("kl_loss_type", "k1", "k1", "k2", "k3", "low_var_kl") == "low_var_kl";
        return canonical with
        {
            Beta = settings.Number("kl_loss_coef", 0),
            KlEstimator = lowVariance ? "k3" : settings.Text("kl_loss_type") ?? "k1",
            KlOutputClamp = lowVariance ? 10 : null,
            KlClampAfterWeight = lowVariance,
            KlWeight = settings.Flag("use_unbiased_kl") ? KlWeight.Ratio : KlWeight.None,
        };
    }

    /// <summary>slime's own loss_type is policy_loss; the advantage estimator gspo takes sequence ratios.</summary>
    private static string Type(TrainerSettings settings)
    {
        var estimator = settings.Choice("advantage_estimator", "grpo", "grpo", "gspo", "ppo", "reinforce_plus_plus", "reinforce_plus_plus_baseline");
        return settings.Choice("loss_type", "policy_loss", "policy_loss", "grpo", "gspo", "cispo") is var type && type == "policy_loss" ? estimator == "gspo" ? "gspo" : "grpo" : type;
    }

    /// <summary>Means over sequences of means over their tokens; the divergence is the negative log ratio of the loss.</summary>
    private static IEnumerable<KeyValuePair<string, double>> Metrics(LossFigures figures)
    {
        yield return new("loss", figures.Result.Loss ?? double.NaN);
        yield return new("pg_loss", figures.Result.PolicyLoss ?? double.NaN);
        if (figures.Canonical.Beta != 0) yield return new("kl_loss", (figures.Result.KlLoss ?? double.NaN) / figures.Canonical.Beta);
        if (figures.Result.Metrics.TryGetValue("entropy", out var entropy)) yield return new("entropy_loss", entropy ?? double.NaN);
        yield return new("pg_clipfrac", Mean(token => IsClipped(token) ? 1 : 0));
        yield return new("ppo_kl", Mean(token => -Math.Log(token.Ratio)));

        double Mean(Func<TokenFigures, double> figure) =>
            figures.Tokens.GroupBy(token => token.Sequence).Sum(row => row.Average(figure)) / figures.Request.Sequences.Count;

        bool IsClipped(TokenFigures token) => figures.Canonical.LossType == "cispo" ? token.Ratio != token.Numbers.Terms.ClippedRatio : token.IsClipped;
    }
}
