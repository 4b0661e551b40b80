using System.Globalization;
using Grpo.Losses;
using GrpoApi.Features.ImportanceWeights;
using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>verl's rollout correction: its thresholds, and the bypass mode whose ratio is anchored on what the sampler reported.</summary>
internal static class VerlBypass
{
    /// <summary>old_logprobs are the sampler's here. ppo_clip has the ratio itself as the correction, reinforce weighs by it.</summary>
    public static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var section = settings.Section("rollout_correction") ?? throw settings.Invalid("rollout_correction", "Needed by bypass_mode.");
        var type = section.Choice("loss_type", "ppo_clip", "ppo_clip", "reinforce");
        var correction = Correction(section) with { Numerator = MismatchNumerator.Current };
        return VerlDialect.OfType(type == "reinforce" ? "reinforce" : "vanilla", settings, request) with
        {
            RolloutCorrection = type == "reinforce" ? correction : correction with { Mode = null },
            Sequences = [.. request.Sequences.Select(sequence => sequence with { RolloutLogprobs = sequence.OldLogprobs ?? sequence.RolloutLogprobs })],
        };
    }

    /// <summary>What verl logs in bypass mode about the gap between the policy and the sampler, whether or not the loss is weighed by it.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Mismatch(LossFigures figures)
    {
        var settings = new TrainerSettings(figures.Request.TrainerConfig!);
        if ((settings.Text("loss_type") ?? settings.Text("loss_mode")) != "bypass_mode") return [];
        var correction = (Correction(settings.Section("rollout_correction")!) with { Numerator = MismatchNumerator.Current }).ToCorrection();
        return correction is null ? [] : MismatchMetrics.Of(figures.Canonical.ToBatch(), correction).Select(figure => new KeyValuePair<string, double>(figure.Key, figure.Value ?? double.NaN));
    }

    /// <summary>rollout_is with one threshold truncates, with "lo_hi" masks; rollout_rs rejects.</summary>
    public static RolloutCorrectionSettings Correction(TrainerSettings settings)
    {
        var level = settings.Text("rollout_is");
        if (level is not (null or "token" or "sequence")) throw settings.Invalid("rollout_is", $"'{level}' is not supported. Supported: token, sequence.");
        var (low, high) = Threshold(settings, "rollout_is_threshold", settings.TextOrNumber("rollout_is_threshold") ?? "2.0");
        return new()
        {
            Mode = level is null ? null : $"{level}_{(low is null ? "truncate" : "mask")}",
            ClipMax = high,
            ClipMin = low,
            BatchNormalize = settings.Flag("rollout_is_batch_normalize"),
            Rejection = Rejection(settings),
        };
    }

    private static Dictionary<string, RejectionBounds>? Rejection(TrainerSettings settings)
    {
        if (settings.Text("rollout_rs") is not { } names) return null;
        var rules = names.Split(',', StringSplitOptions.TrimEntries);
        var thresholds = (settings.TextOrNumber("rollout_rs_threshold") ?? throw settings.Invalid("rollout_rs_threshold", "Needed by rollout_rs.")).Split(',', StringSplitOptions.TrimEntries);
        if (thresholds.Length != rules.Length && thresholds.Length != 1) throw settings.Invalid("rollout_rs_threshold", $"Has {thresholds.Length} thresholds for {rules.Length} rules.");
        return rules.Select((rule, index) =>
        {
            if (!RejectionRule.Names.Contains(rule)) throw settings.Invalid("rollout_rs", $"'{rule}' is not supported. Supported: {string.Join(", ", RejectionRule.Names)}.");
            var (low, high) = Threshold(settings, "rollout_rs_threshold", thresholds[thresholds.Length == 1 ? 0 : index]);
            return (rule, new RejectionBounds { Min = low ?? (rule.EndsWith("k1", StringComparison.Ordinal) ? 1 / high : null), Max = high });
        }).ToDictionary();
    }

    private static (double? Low, double High) Threshold(TrainerSettings settings, string name, string text)
    {
        var parts = text.Split('_').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN).ToArray();
        if (parts.Length > 2 || parts.Any(part => !(part > 0))) throw settings.Invalid(name, "Must be a number above 0, or two as \"low_high\".");
        return parts.Length == 2 ? (parts[0], parts[1]) : (null, parts[0]);
    }
}
