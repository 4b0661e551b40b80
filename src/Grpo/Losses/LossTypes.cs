using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>A per-token term and the aggregation it was published with.</summary>
public sealed class LossType
{
    private LossType(string name, LossAggregation aggregation, AccumulateSequence accumulate) => (Name, Aggregation, Accumulate) = (name, aggregation, accumulate);

    /// <summary>The canonical name, TRL's.</summary>
    public string Name { get; }

    /// <summary>The aggregation when the caller names none.</summary>
    public LossAggregation Aggregation { get; }

    /// <summary>The loop over the tokens of a sequence.</summary>
    internal AccumulateSequence Accumulate { get; }

    /// <summary>A loss type with the given per-token term.</summary>
    internal static LossType Of<TTerm>(string name, string aggregation)
        where TTerm : struct, IPolicyTerm =>
        new(name, LossAggregations.All[aggregation], SequenceLoss.Accumulate<TTerm>);
}

/// <summary>The loss types by name.</summary>
public static class LossTypes
{
    /// <summary>grpo, bnpo, dr_grpo and dapo share the clipped surrogate and differ in what they divide by.</summary>
    public static NamedChoices<LossType> All { get; } = new(
        "loss type",
        type => type.Name,
        LossType.Of<ClippedSurrogate>("grpo", "seq-mean-token-mean"),
        LossType.Of<ClippedSurrogate>("bnpo", "token-mean"),
        LossType.Of<ClippedSurrogate>("dr_grpo", "seq-mean-token-sum-norm"),
        LossType.Of<ClippedSurrogate>("dapo", "token-mean"));
}
