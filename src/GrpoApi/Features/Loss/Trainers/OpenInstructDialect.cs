using Grpo.Losses;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>open-instruct: compute_grpo_loss.</summary>
internal static class OpenInstructDialect
{
    private static readonly string[] Estimators = ["k1", "k2", "k3", "k4"];

    public static LossDialect Loss { get; } = new()
    {
        Trainer = "open_instruct",
        Parameters = ["loss_type", "loss_fn", "clip_lower", "clip_higher", "beta", "kl_estimator", "rho_clamp_upper_bound", "loss_denominator"],
        Translate = Translate,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var cispo = settings.Choice(["loss_fn", "loss_type"], "dapo", "dapo", "cispo") == "cispo";
        var estimator = settings.Number("kl_estimator", 2);
        if (estimator is not (0 or 1 or 2 or 3)) throw settings.Invalid("kl_estimator", "Must be 0, 1, 2 or 3.");
        var tokens = settings.TextOrNumber("loss_denominator") is not { } denominator || denominator == "token";
        return request with
        {
            LossType = cispo ? "cispo" : "grpo",
            Aggregation = "token-mean",
            Normalizer = tokens ? null : new() { NumItemsInBatch = settings.Number("loss_denominator") },
            Epsilon = settings.Number("clip_lower", 0.2),
            EpsilonHigh = settings.Number("clip_higher", 0.272),
            CispoClipMax = cispo ? 1 + settings.Number("clip_higher", 0.272) : null,
            Beta = settings.Number("beta", 0.05),
            KlEstimator = Estimators[(int)estimator],
            KlInputClamp = 40,
            RolloutCorrection = settings.Number("rho_clamp_upper_bound") is { } upper ? new() { Mode = "token_truncate", ClipMax = upper } : null,
        };
    }
}
