using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>
/// The part of an objective that belongs to one token, computed for as many neighbouring tokens at once as the processor has lanes: every number below is a
/// vector with one token per lane. Implementations are empty structs, so that the loop over tokens inlines them.
/// </summary>
public interface IPolicyTerm
{
    /// <summary>Evaluate the term.</summary>
    /// <param name="token">Where.</param>
    /// <param name="options">The settings of the loss.</param>
    static abstract TermLanes Evaluate(in TokenInputs token, LossOptions options);
}

/// <summary>What a per-token term is computed from, one token per lane.</summary>
public readonly ref struct TokenInputs
{
    /// <summary>exp(log ratio) of the token, of whatever level; may be infinite.</summary>
    public required Vector<double> Ratio { get; init; }

    /// <summary>Under the policy that is trained.</summary>
    public required Vector<double> Logprob { get; init; }

    /// <summary>Before the update.</summary>
    public required Vector<double> OldLogprob { get; init; }

    /// <summary>The token's advantage.</summary>
    public required Vector<double> Advantage { get; init; }

    /// <summary>Whether the loss type picked the token out of the batch (<see cref="LossType.Select"/>).</summary>
    public required Vector<long> Selected { get; init; }

    /// <summary>Where the advantage is above 0.</summary>
    public Vector<long> IsPositive => Vector.GreaterThan(Advantage, Vector<double>.Zero);

    /// <summary>Where the advantage is below 0.</summary>
    public Vector<long> IsNegative => Vector.LessThan(Advantage, Vector<double>.Zero);

    /// <summary>A number times the advantage; 0 where that is 0, also when the number is infinite.</summary>
    public Vector<double> TimesAdvantage(Vector<double> value) =>
        Vector.ConditionalSelect(Vector.Equals(Advantage, Vector<double>.Zero), Vector<double>.Zero, value * Advantage);
}

/// <summary>What a per-token term is made of, one token per lane. The objective is maximised; the loss is its negative.</summary>
public readonly ref struct TermLanes
{
    /// <summary>The ratio clamped to the clip range.</summary>
    public required Vector<double> ClippedRatio { get; init; }

    /// <summary>Ratio times advantage, the ratio bounded by delta where there is one.</summary>
    public required Vector<double> UnclippedTerm { get; init; }

    /// <summary>Clipped ratio times advantage.</summary>
    public required Vector<double> ClippedTerm { get; init; }

    /// <summary>The objective of the token before the KL penalty.</summary>
    public required Vector<double> MinTerm { get; init; }

    /// <summary>Which bound took the gradient away: lanes of <see cref="TokenClip"/>.</summary>
    public Vector<long> Clip { get; init; }

    /// <summary>d objective / d log ratio.</summary>
    public Vector<double> GradLogRatio { get; init; }

    /// <summary>d objective / d logprob where the term reads the logprob itself, besides the ratio.</summary>
    public Vector<double> GradLogprob { get; init; }
}
