using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>Tinker: the loss functions of forward_backward, sums over tokens, anchored on the sampler; its thresholds are ratios.</summary>
internal static class TinkerDialect
{
    public static LossDialect Loss { get; } = new()
    {
        Trainer = "tinker",
        Parameters = ["loss_type", "loss_fn", "reduction", "clip_low_threshold", "clip_high_threshold", "beta"],
        Translate = Translate,
        ReadsTokens = _ => false,
        Metrics = figures => [new("loss:sum", figures.Result.Loss ?? double.NaN)],
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        settings.Choice("reduction", "token-sum", "token-sum");
        var type = settings.Choice(["loss_fn", "loss_type"], "importance_sampling", "importance_sampling", "ppo", "cispo", "dro", "cross_entropy");
        var (low, high) = (settings.Number("clip_low_threshold", type == "cispo" ? 0 : 0.8), settings.Number("clip_high_threshold", type == "cispo" ? 4 : 1.2));
        return request with
        {
            LossType = type,
            Aggregation = "token-sum",
            Epsilon = 1 - low,
            EpsilonHigh = high - 1,
            CispoClipMin = type == "cispo" ? low : null,
            CispoClipMax = type == "cispo" ? high : null,
            DroBeta = type == "dro" ? settings.Number("beta", 0.05) : null,
            Sequences = DialectSettings.AnchoredOnRollout(request),
        };
    }
}
