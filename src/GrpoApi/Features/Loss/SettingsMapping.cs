using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>From the settings inside a request to the algorithm's.</summary>
internal static class SettingsMapping
{
    /// <summary>The correction; null when it neither weighs nor rejects.</summary>
    public static RolloutCorrection? ToCorrection(this RolloutCorrectionSettings settings) => settings.Mode is null && settings.Rejection is not { Count: > 0 } ? null : new()
    {
        Mode = settings.Mode is { } mode ? RolloutCorrectionModes.All[mode] : RolloutCorrectionModes.None,
        ClipMax = settings.ClipMax ?? RolloutCorrection.DefaultClipMax,
        ClipMin = settings.ClipMin,
        Numerator = settings.Numerator,
        BatchNormalize = settings.BatchNormalize,
        Rejection = [.. (settings.Rejection ?? new Dictionary<string, RejectionBounds>()).Select(rule => new RejectionRule(rule.Key, rule.Value.Min, rule.Value.Max))],
    };

    /// <summary>The counts.</summary>
    public static LossNormalizer ToNormalizer(this NormalizerCounts counts) => new()
    {
        NumItemsInBatch = counts.NumItemsInBatch,
        GlobalBatchSize = counts.GlobalBatchSize,
        MaxCompletionLength = counts.MaxCompletionLength,
        LossScaleFactor = counts.LossScaleFactor,
        TokenEpsilon = counts.TokenEpsilon,
        RatioEpsilon = counts.RatioEpsilon,
        RowEpsilon = counts.RowEpsilon,
        PromptSizes = counts.PromptSizes,
        EmptyRows = counts.EmptyRows,
    };
}
