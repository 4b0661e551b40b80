using Grpo.Losses;
using Grpo.Tests.Golden;

namespace Grpo.Tests.Losses;

/// <summary>Says a trainer's loss settings in ours, where they can be said.</summary>
internal static class GoldenLoss
{
    public static LossOptions? Options(GoldenCase golden) => (golden.Trainer, golden.Text("loss_type")) switch
    {
        _ when golden.HasInput("rollout_is_weights") => null,
        // TRL's GMPO adds the advantage of a row without tokens to the loss, as a constant.
        ("trl", "gmpo") when golden.Matrix("mask").Any(row => row.Sum() == 0) => null,
        ("trl", "luspo") when golden.Text("importance_sampling_level") == "token" => null,
        // With a rollout correction, VESPO's weight is part of its ratio.
        ("trl", "vespo") when golden.HasParam("vllm_importance_sampling_mode") => null,
        ("trl", var name) when LossTypes.All.TryGet(name, out var type) && !Corrected(golden) => Trl(golden, type),
        ("verl", not ("clip_cov" or "kl_cov")) => Verl(golden),
        ("slime", "grpo") when !(golden.Figure("eps_clip_c") < 1 + golden.Figure("eps_clip_high")) => Slime(golden, "grpo"),
        ("slime", "cispo" or "gspo") => Slime(golden, golden.Text("loss_type")!),
        ("openrlhf", "ppo") when golden.Flag("token_level_loss") && !golden.Flag("enable_vllm_is_correction") =>
            Clipped("grpo", "token-mean", golden.Figure("clip_eps_low"), golden.Figure("clip_eps_high"), golden.Figure("dual_clip")),
        ("skyrl", "dual_clip") when golden.Text("loss_reduction") == "sequence_mean" =>
            Clipped("grpo", "seq-mean-token-mean", golden.Figure("eps_clip_low"), golden.Figure("eps_clip_high"), golden.Figure("clip_ratio_c")),
        ("skyrl" or "tinker", "importance_sampling") => new() { LossType = LossTypes.All["importance_sampling"] },
        ("tinker", "ppo") => Clipped("grpo", "token-sum", 1 - golden.Figure("clip_low_threshold"), golden.Figure("clip_high_threshold") - 1, delta: null),
        ("tinker", "cispo") => Clipped("cispo", "token-sum", 1 - golden.Figure("clip_low_threshold"), golden.Figure("clip_high_threshold") - 1, delta: null),
        ("tinker", "dro") => new() { LossType = LossTypes.All["dro"], Aggregation = LossAggregations.All["token-sum"], DroBeta = golden.Figure("beta") },
        _ => null,
    };

    /// <summary>verl adds 1e-8 to token counts in seq-mean-token-mean, clamps log ratios to +-20, and selects tokens by covariance; those are its own.</summary>
    private static LossOptions? Verl(GoldenCase golden)
    {
        var name = golden.Text("loss_type") is "vanilla" ? "grpo" : golden.Text("loss_type");
        if (golden.Text("loss_agg_mode") is null or "seq-mean-token-mean" || !LossTypes.All.TryGet(name, out _) || LogRatioIsClamped(golden)) return null;
        return Clipped(name!, golden.Text("loss_agg_mode")!, golden.Figure("clip_ratio_low") ?? 0, golden.Figure("clip_ratio_high"), golden.Figure("clip_ratio_c")) with
        {
            DroBeta = golden.Figure("dro_beta"),
            Normalizer = new()
            {
                GlobalBatchSize = golden.Figure("global_batch_size") / (golden.Figure("dp_size") ?? 1),
                LossScaleFactor = golden.Figure("loss_scale_factor"),
                EmptyRows = EmptyRows.Skip,
            },
        };
    }

    private static LossOptions Slime(GoldenCase golden, string type) =>
        Clipped(type, "seq-mean-token-mean", golden.Figure("eps_clip"), golden.Figure("eps_clip_high"), golden.Figure("eps_clip_c"));

    public static LossSequence[] Batch(GoldenCase golden)
    {
        var logprobs = golden.Matrix("logprobs");
        var old = golden.Matrix(golden.Trainer == "tinker" ? "rollout_logprobs" : "old_logprobs");
        var reference = golden.HasInput("ref_logprobs") ? golden.Matrix("ref_logprobs") : null;
        var mask = golden.Matrix("mask");
        var advantages = golden.Inputs.GetProperty("advantages");
        return [.. logprobs.Select((row, i) => new LossSequence
        {
            Logprobs = row,
            OldLogprobs = old[i],
            RolloutLogprobs = golden.HasInput("rollout_logprobs") ? golden.Matrix("rollout_logprobs")[i] : null,
            RefLogprobs = reference?[i],
            Mask = mask[i].Select(value => (byte)value).ToArray(),
            Advantages = advantages[i].ValueKind == System.Text.Json.JsonValueKind.Array ? GoldenCase.Vector(advantages[i]) : new[] { advantages[i].GetDouble() },
        })];
    }

    /// <summary>The sequence without what follows its last token of the loss.</summary>
    public static LossSequence CutPadding(LossSequence sequence)
    {
        var length = sequence.Mask.Span.LastIndexOf((byte)1) + 1;
        return sequence with
        {
            Logprobs = sequence.Logprobs[..length],
            OldLogprobs = sequence.OldLogprobs![..length],
            RolloutLogprobs = sequence.RolloutLogprobs?[..length],
            RefLogprobs = sequence.RefLogprobs?[..length],
            Mask = sequence.Mask[..length],
            Advantages = sequence.Advantages.Length == 1 ? sequence.Advantages : sequence.Advantages[..length],
        };
    }

    private static bool Corrected(GoldenCase golden) =>
        golden.HasParam("off_policy_mask_threshold") || golden.HasInput("entropies");

    private static bool LogRatioIsClamped(GoldenCase golden) =>
        golden.Matrix("logprobs").Zip(golden.Matrix("old_logprobs")).Any(row => row.First.Zip(row.Second).Any(token => Math.Abs(token.First - token.Second) > 20));

    private static LossOptions Trl(GoldenCase golden, LossType type)
    {
        var steps = golden.Figure("gradient_accumulation_steps") ?? 1;
        var mask = golden.Matrix("mask");
        return new()
        {
            LossType = type,
            Level = type.Level.Name == "token" ? ImportanceSamplingLevels.All[golden.Text("importance_sampling_level") ?? "token"] : null,
            Epsilon = golden.Figure("epsilon") ?? 0.2,
            EpsilonHigh = golden.Figure("epsilon_high"),
            Delta = golden.Figure("delta"),
            Beta = golden.Figure("beta") ?? 0,
            Cispo = new() { ClipMax = type.Name == "cispo" ? golden.Figure("epsilon_high") : null },
            Sapo = new() { TemperaturePos = golden.Figure("sapo_temperature_pos") ?? 1, TemperatureNeg = golden.Figure("sapo_temperature_neg") ?? 1 },
            RolloutCorrection = golden.Text("vllm_importance_sampling_mode") is { } mode
                ? new() { Mode = RolloutCorrectionModes.All[mode], ClipMax = golden.Figure("vllm_importance_sampling_clip_max"), ClipMin = golden.Figure("vllm_importance_sampling_clip_min") }
                : null,
            Kl = new() { Weight = golden.Flag("use_bias_correction_kl") ? KlWeight.Ratio : KlWeight.None },
            Normalizer = new()
            {
                NumItemsInBatch = golden.Figure("num_items_in_batch") ?? (steps * mask.Sum(row => row.Sum())),
                GlobalBatchSize = steps * mask.Length,
                MaxCompletionLength = golden.Figure("max_completion_length"),
            },
        };
    }

    private static LossOptions Clipped(string type, string aggregation, double? low, double? high, double? delta) => new()
    {
        LossType = LossTypes.All[type],
        Aggregation = LossAggregations.All[aggregation],
        Epsilon = low!.Value,
        EpsilonHigh = high,
        Delta = delta,
    };
}
