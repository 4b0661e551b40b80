using Grpo.Losses.Terms;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>What verl's losses log, under its names.</summary>
internal static class VerlMetrics
{
    public static IEnumerable<KeyValuePair<string, double>> Of(LossFigures figures)
    {
        foreach (var figure in VerlBypass.Mismatch(figures)) yield return figure;
        yield return new("actor/pg_loss", figures.Result.PolicyLoss ?? double.NaN);
        if (figures.Canonical.Beta != 0)
        {
            yield return new("actor/kl_loss", (figures.Result.KlLoss ?? double.NaN) / figures.Canonical.Beta);
            yield return new("actor/kl_coef", figures.Canonical.Beta);
        }

        if (figures.Result.Metrics.TryGetValue("entropy", out var entropy)) yield return new("actor/entropy_loss", entropy ?? double.NaN);
        var type = figures.Canonical.LossType;
        yield return new("actor/ppo_kl", figures.Mean(type == "kl_cov" ? token => Math.Abs(Moved(token)) : token => -Moved(token), LossFigures.Epsilon));
        if (type is "reinforce" or "gpg" or "dro" or "kl_cov") yield break;
        yield return new("actor/pg_clipfrac", figures.Share(token => IsClipped(token, figures.Canonical), LossFigures.Epsilon));
        if (type != "clip_cov") yield return new("actor/pg_clipfrac_lower", figures.Share(token => IsClippedLower(token, figures.Canonical), LossFigures.Epsilon));
    }

    private static double Moved(TokenFigures token) => Math.Clamp(token.Logprob - token.Old, -DialectSettings.LogRatioBound, DialectSettings.LogRatioBound);

    private static bool IsClipped(TokenFigures token, LossChoices canonical) => canonical.LossType switch
    {
        "geo_mean" => token.Advantage > 0 && LeavesTheRange(token, canonical),
        "clip_cov" => token.Clip == TokenClip.Selected,
        "sapo" => false,
        _ => token.Ratio != token.Numbers.Terms.ClippedRatio && canonical.LossType == "cispo" ? true : PastTheRange(token, canonical),
    };

    private static bool IsClippedLower(TokenFigures token, LossChoices canonical) => canonical.LossType switch
    {
        "geo_mean" => token.Advantage < 0 && LeavesTheRange(token, canonical),
        "dppo_tv" or "dppo_kl" => token.Ratio > canonical.DualClip,
        _ => token.Clip == TokenClip.Delta,
    };

    private static bool PastTheRange(TokenFigures token, LossChoices canonical) => canonical.LossType is "dppo_tv" or "dppo_kl"
        ? token.IsClipped
        : (token.Advantage > 0 && token.Ratio > 1 + (canonical.EpsilonHigh ?? canonical.Epsilon)) || (token.Advantage < 0 && token.Ratio < 1 - canonical.Epsilon);

    /// <summary>GMPO's range is one of log ratios.</summary>
    private static bool LeavesTheRange(TokenFigures token, LossChoices canonical) =>
        token.Logprob - token.Old > (canonical.EpsilonHigh ?? canonical.Epsilon) || token.Logprob - token.Old < -canonical.Epsilon;
}
