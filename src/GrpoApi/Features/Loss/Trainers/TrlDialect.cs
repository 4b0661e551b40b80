using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>TRL: GRPOTrainer (also its GMPO and RLOO trainers), by the names of GRPOConfig.</summary>
internal static class TrlDialect
{
    public static LossDialect Loss { get; } = new()
    {
        Trainer = "trl",
        Parameters =
        [
            "loss_type", "importance_sampling_level", "epsilon", "epsilon_high", "delta", "beta", "use_bias_correction_kl", "num_items_in_batch", "num_processes",
            "max_completion_length", "gradient_accumulation_steps", "sapo_temperature_pos", "sapo_temperature_neg", "vespo_k_pos", "vespo_lambda_pos", "vespo_k_neg",
            "vespo_lambda_neg", "vllm_importance_sampling_correction", "vllm_importance_sampling_mode", "vllm_importance_sampling_clip_max",
            "vllm_importance_sampling_clip_min", "off_policy_mask_threshold", "top_entropy_quantile", "entropy_coef",
        ],
        Translate = Translate,
        Metrics = figures => [.. Metrics(figures), .. TrlSampling.Metrics(figures.Canonical)],
        ReadsTokens = canonical => canonical.LossType is "vespo" or "gmpo" or "luspo",
        Constant = Constant,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var type = settings.Choice("loss_type", "dapo", "grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "vespo", "gmpo", "rloo");
        var level = settings.Choice("importance_sampling_level", "token", "token", "sequence", "sequence_token");
        var canonical = request with
        {
            LossType = type,
            ImportanceSamplingLevel = type is "gmpo" or "rloo" or "vespo" ? null : level,
            Epsilon = settings.Number("epsilon", type == "gmpo" ? 0.4 : 0.2),
            EpsilonHigh = settings.Number("epsilon_high"),
            // An absolute ratio, and epsilon where epsilon_high is not given.
            CispoClipMax = type == "cispo" ? settings.Number("epsilon_high") ?? settings.Number("epsilon", 0.2) : null,
            Delta = settings.Number("delta"),
            Beta = settings.Number("beta", 0),
            UseBiasCorrectionKl = settings.Flag("use_bias_correction_kl"),
            SapoTemperaturePos = settings.Number("sapo_temperature_pos", 1),
            SapoTemperatureNeg = settings.Number("sapo_temperature_neg", 1.05),
            VespoKPos = settings.Number("vespo_k_pos", 2),
            VespoLambdaPos = settings.Number("vespo_lambda_pos", 3),
            VespoKNeg = settings.Number("vespo_k_neg", 3),
            VespoLambdaNeg = settings.Number("vespo_lambda_neg", 2),
            RolloutCorrection = Correction(settings),
            OffPolicyMaskThreshold = settings.Number("off_policy_mask_threshold"),
            TopEntropyQuantile = settings.Number("top_entropy_quantile", 1),
            EntropyCoef = settings.Number("entropy_coef", 0),
            Normalizer = Counts(settings, request, type),
        };
        return type == "luspo" && level == "token" && request.Sequences.All(HasRightMask) ? PaddingIncluded(canonical) : canonical;
    }

    private static NormalizerCounts Counts(TrainerSettings settings, LossRequest request, string type)
    {
        var steps = settings.Number("gradient_accumulation_steps", 1);
        var tokens = Math.Max(request.Sequences.Sum(sequence => sequence.TokenCount), 1);
        return new()
        {
            NumItemsInBatch = (type == "bnpo" ? null : settings.Number("num_items_in_batch") / settings.Number("num_processes", 1)) ?? (steps * tokens),
            GlobalBatchSize = steps * Math.Max(request.Sequences.Count, 1),
            MaxCompletionLength = settings.Number("max_completion_length"),
        };
    }

    private static RolloutCorrectionSettings? Correction(TrainerSettings settings)
    {
        var mode = settings.Text("vllm_importance_sampling_mode") ?? (settings.Flag("vllm_importance_sampling_correction") ? "sequence_mask" : null);
        if (mode is null || !settings.Flag("vllm_importance_sampling_correction", fallback: true)) return null;
        return new()
        {
            Mode = settings.Choice("vllm_importance_sampling_mode", mode, "token_truncate", "token_mask", "sequence_truncate", "sequence_mask"),
            ClipMax = settings.Number("vllm_importance_sampling_clip_max"),
            ClipMin = settings.Number("vllm_importance_sampling_clip_min"),
        };
    }

    /// <summary>LUSPO at level token means over all elements, padding included: the mask is left out, and each token weighs as many times as its row has tokens.</summary>
    private static LossRequest PaddingIncluded(LossRequest request) => request with
    {
        Aggregation = "token-mean",
        Normalizer = request.Normalizer! with { NumItemsInBatch = request.Normalizer.GlobalBatchSize * request.Sequences.Select(sequence => sequence.Length).DefaultIfEmpty(1).Max() },
        Sequences = [.. request.Sequences.Select(sequence => sequence with
        {
            Mask = null,
            RolloutIsWeights = [.. Enumerable.Range(0, sequence.Length).Select(t => sequence.TokenCount * (sequence.RolloutIsWeights?[t] ?? 1))],
        })],
    };

    /// <summary>A wrong mask has to stay, so that it is told.</summary>
    private static bool HasRightMask(SequenceLogprobs sequence) =>
        sequence.Mask is not { } mask || (mask.Length == sequence.Length && mask.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) < 0);

    private static IEnumerable<KeyValuePair<string, double>> Metrics(LossFigures figures)
    {
        var canonical = figures.Canonical;
        if (canonical.LossType == "cispo") yield return new("cispo_clip_ratio", figures.Result.Metrics["clip_ratio/high_mean"] ?? double.NaN);
        if (canonical.LossType == "vespo") yield return new("vespo/phi_seq_mean", RowsOf(figures).Average(row => row.Length == 0 ? 1 : row[0].Numbers.Terms.ClippedRatio));
        if (canonical.LossType is not ("gmpo" or "luspo")) yield break;

        // GMPO counts clipped tokens, LUSPO those of the mask.
        var gmpo = canonical.LossType == "gmpo";
        bool Low(TokenFigures token) => gmpo ? token.Advantage < 0 && token.Logprob - token.Old < -canonical.Epsilon : token.Clip == Grpo.Losses.Terms.TokenClip.Low;
        bool High(TokenFigures token) => gmpo ? token.Advantage > 0 && token.Logprob - token.Old > (canonical.EpsilonHigh ?? canonical.Epsilon) : token.Clip == Grpo.Losses.Terms.TokenClip.High;
        if (!gmpo && canonical.ImportanceSamplingLevel != "token") yield break;
        var rows = RowsOf(figures).Where(row => row.Length > 0).ToArray();
        if (rows.Length == 0) yield break;
        var tokens = (double)rows.Sum(row => row.Length);
        yield return new("clip_ratio/low_mean", rows.Sum(row => row.Count(Low)) / tokens);
        yield return new("clip_ratio/high_mean", rows.Sum(row => row.Count(High)) / tokens);
        yield return new("clip_ratio/region_mean", rows.Sum(row => row.Count(token => Low(token) || High(token))) / tokens);
        yield return new("clip_ratio/low_min", rows.Min(row => (double)row.Count(Low) / row.Length));
        yield return new("clip_ratio/high_max", rows.Max(row => (double)row.Count(High) / row.Length));
    }

    /// <summary>The tokens of each sequence that are in the caller's mask.</summary>
    private static IEnumerable<TokenFigures[]> RowsOf(LossFigures figures) => figures.Request.Sequences.Select((sequence, index) => figures.Tokens
        .Where(token => token.Sequence == index).Where((_, t) => figures.Canonical.Sequences[index].Mask is not null || sequence.Includes(t)).ToArray());

    /// <summary>GMPO gives a sequence without tokens the ratio 1: its advantage is in the loss.</summary>
    private static double Constant(LossRequest canonical) => canonical.LossType != "gmpo" ? 0 : canonical.Sequences
        .Where(sequence => sequence.TokenCount == 0).Sum(sequence => -(sequence.Advantage ?? 0)) / canonical.Normalizer!.GlobalBatchSize!.Value;
}
