using Grpo.Losses.Selections;
using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>Picks tokens out of a batch.</summary>
/// <param name="batch">The completions.</param>
/// <param name="options">The settings of the loss.</param>
/// <returns>Shape (N)(T).</returns>
public delegate bool[][] SelectTokens(IReadOnlyList<LossSequence> batch, LossOptions options);

/// <summary>A per-token term, with the aggregation and the level of the ratio that it was published with.</summary>
public sealed class LossType
{
    private LossType(string name, LossAggregation aggregation, ImportanceSamplingLevel level, AccumulateSequence accumulate) =>
        (Name, Aggregation, Level, Accumulate) = (name, aggregation, level, accumulate);

    /// <summary>The canonical name, TRL's.</summary>
    public string Name { get; }

    /// <summary>The aggregation when the caller names none.</summary>
    public LossAggregation Aggregation { get; }

    /// <summary>The level of the ratio when the caller names none.</summary>
    public ImportanceSamplingLevel Level { get; }

    /// <summary>Picks tokens out of the batch that the term treats in another way; null picks none.</summary>
    public SelectTokens? Select { get; private init; }

    /// <summary>Whether the rollout correction is part of the ratio instead of a factor of the term.</summary>
    internal bool CorrectionEntersRatio { get; private init; }

    /// <summary>The largest change of one token's log-probability that the ratio of a whole sequence takes in (level sequence_product).</summary>
    internal double LargestTokenLogRatio { get; private init; } = double.PositiveInfinity;

    /// <summary>The loop over the tokens of a sequence.</summary>
    internal AccumulateSequence Accumulate { get; }

    /// <summary>A loss type with the given per-token term.</summary>
    internal static LossType Of<TTerm>(
        string name, string aggregation, string level = "token", SelectTokens? select = null, bool correctionEntersRatio = false, double largestTokenLogRatio = double.PositiveInfinity)
        where TTerm : struct, IPolicyTerm =>
        new(name, LossAggregations.All[aggregation], ImportanceSamplingLevels.All[level], SequenceLoss.Accumulate<TTerm>)
        {
            Select = select,
            CorrectionEntersRatio = correctionEntersRatio,
            LargestTokenLogRatio = largestTokenLogRatio,
        };
}

/// <summary>The loss types by name.</summary>
public static class LossTypes
{
    /// <summary>The first rows share the clipped surrogate and differ in what they divide by or what a ratio spans.</summary>
    public static NamedChoices<LossType> All { get; } = new(
        "loss type",
        type => type.Name,
        LossType.Of<ClippedSurrogate>("grpo", "seq-mean-token-mean"),
        LossType.Of<ClippedSurrogate>("bnpo", "token-mean"),
        LossType.Of<ClippedSurrogate>("dr_grpo", "seq-mean-token-sum-norm"),
        LossType.Of<ClippedSurrogate>("dapo", "token-mean"),
        LossType.Of<ClippedSurrogate>("ppo", "token-mean"),
        LossType.Of<ClippedSurrogate>("gspo", "seq-mean-token-mean", "sequence"),
        LossType.Of<ClippedSurrogate>("gspo_token", "seq-mean-token-mean", "sequence_token"),
        LossType.Of<ClippedSurrogate>("luspo", "seq-mean-token-sum", "sequence"),
        LossType.Of<ClippedSurrogate>("rloo", "seq-mean-token-mean", "sequence_product"),
        LossType.Of<ClippedWeight>("cispo", "token-mean"),
        LossType.Of<SigmoidGate>("sapo", "seq-mean-token-mean"),
        LossType.Of<GammaWeight>("vespo", "token-mean", "sequence_product", correctionEntersRatio: true, largestTokenLogRatio: 20),
        LossType.Of<ImportanceWeighted>("gmpo", "seq-mean-token-mean", "sequence_clipped"),
        LossType.Of<ImportanceWeighted>("geo_mean", "seq-mean-token-mean", "sequence_clipped"),
        LossType.Of<ImportanceWeighted>("importance_sampling", "token-sum"),
        LossType.Of<LogLikelihood>("reinforce", "token-mean"),
        LossType.Of<LogLikelihood>("gpg", "token-mean"),
        LossType.Of<LogLikelihood>("cross_entropy", "token-sum"),
        LossType.Of<DirectOptimization>("dro", "token-mean"),
        LossType.Of<TotalVariationMask>("dppo_tv", "token-mean"),
        LossType.Of<BinaryKlMask>("dppo_kl", "token-mean"),
        LossType.Of<ProbabilityTrust>("tv_mask", "token-sum"),
        LossType.Of<ProbabilityTrustBothSides>("tv_mask_both_sides", "token-sum"),
        LossType.Of<RatioTrust>("ratio_mask", "token-sum"),
        LossType.Of<CovarianceClip>("clip_cov", "token-mean", select: CovarianceSelection.InBounds),
        LossType.Of<CovariancePenalty>("kl_cov", "token-mean", select: CovarianceSelection.Largest));
}
