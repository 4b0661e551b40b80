namespace GrpoApi.Features.Loss.Trainers;

/// <summary>What NeMo-RL's loss logs, under its names. Means over tokens have 1e-8 beside the count.</summary>
internal static class NemoMetrics
{
    public static IEnumerable<KeyValuePair<string, double>> Of(LossFigures figures)
    {
        if (figures.Tokens.Count == 0) yield break;
        var reinforce = figures.Canonical.LossType == "reinforce";
        double Ratio(TokenFigures token) => reinforce ? token.Logprob : token.Ratio;
        double Clamped(TokenFigures token) => reinforce ? token.Logprob : token.Numbers.Terms.ClippedRatio;
        double Mean(Func<TokenFigures, double> figure) => figures.Mean(figure, LossFigures.Epsilon);

        yield return new("probs_ratio", Mean(Ratio));
        yield return new("probs_ratio_clamped", Mean(Clamped));
        yield return new("probs_ratio_min", figures.Tokens.Min(Ratio));
        yield return new("probs_ratio_max", figures.Tokens.Max(Ratio));
        yield return new("probs_ratio_clamped_min", figures.Tokens.Min(Clamped));
        yield return new("probs_ratio_clamped_max", figures.Tokens.Max(Clamped));
        yield return new("kl_penalty", Mean(token => token.Numbers.Kl));
        yield return new("token_mult_prob_error", Mean(token => Math.Exp(Math.Abs(token.Old - token.Rollout))));
        yield return new("gen_kl_error", Mean(token => K3(token.Old - token.Rollout)));
        yield return new("policy_kl_error", Mean(token => K3(token.Rollout - token.Old)));
        yield return new("js_divergence_error", Mean(token => (K3(token.Old - Mixture(token)) + K3(token.Rollout - Mixture(token))) / 2));
        yield return new("num_valid_samples", figures.Request.Sequences.Count(sequence => sequence.TokenCount > 0));
        yield return new("approx_entropy", Mean(token => -Math.Exp(token.Logprob - token.Rollout) * token.Logprob));
        yield return new("positive_nll_loss", figures.Result.Metrics.GetValueOrDefault("positive_nll_loss") ?? 0);
        yield return new("sampling_importance_ratio", SamplingRatio(figures));
        if (figures.Canonical.RolloutCorrection is { } correction) yield return new("is_oob_ratio", Mean(token => IsOutOfBounds(token, correction) ? 1 : 0));
    }

    /// <summary>The mean weight of tokens, as corrected; with one ratio per sequence the sum of the sequences' weights.</summary>
    private static double SamplingRatio(LossFigures figures)
    {
        if (figures.Canonical.ImportanceSamplingLevel != "sequence")
        {
            var corrected = figures.Canonical.RolloutCorrection is not null;
            return figures.Mean(token => corrected ? token.Numbers.RolloutWeight : Math.Exp(token.Old - token.Rollout), LossFigures.Epsilon);
        }

        double[] weights = [.. figures.Tokens.GroupBy(token => token.Sequence).Select(row => Math.Exp(row.Sum(token => token.Old - token.Rollout)))];
        return weights.Sum() * weights.Length / (weights.Length + LossFigures.Epsilon);
    }

    private static bool IsOutOfBounds(TokenFigures token, RolloutCorrectionSettings correction) => correction.Mode == "seq_mask_tis"
        ? token.Numbers.RolloutWeight == 0
        : Math.Exp(token.Old - token.Rollout) is var weight && (weight > correction.ClipMax || weight < correction.ClipMin);

    /// <summary>exp(x) - 1 - x.</summary>
    private static double K3(double x) => Math.Exp(x) - 1 - x;

    private static double Mixture(TokenFigures token) => Math.Log((Math.Exp(token.Old) + Math.Exp(token.Rollout)) / 2);
}
