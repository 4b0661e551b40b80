using System.Numerics;
using System.Runtime.CompilerServices;
using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>The sums over the tokens of one sequence.</summary>
internal readonly record struct SequenceSums
{
    /// <summary>Tokens in the loss.</summary>
    public int Tokens { get; init; }

    /// <summary>Sum of weight times the negative policy term.</summary>
    public double PolicyLoss { get; init; }

    /// <summary>Sum of weight times beta times the divergence.</summary>
    public double KlLoss { get; init; }

    /// <summary>Sum of the divergences.</summary>
    public double Kl { get; init; }

    /// <summary>Sum of the finite ratios.</summary>
    public double Ratio { get; init; }

    /// <summary>Sum of r - 1 - log r, the divergence of the update from the old policy, over the finite ratios.</summary>
    public double ApproxKl { get; init; }

    /// <summary>Sum of the rollout weights.</summary>
    public double RolloutWeight { get; init; }

    /// <summary>Tokens clipped below.</summary>
    public int ClippedLow { get; init; }

    /// <summary>Tokens clipped above.</summary>
    public int ClippedHigh { get; init; }

    /// <summary>Tokens whose numbers are all finite.</summary>
    public int Finite { get; init; }

    /// <summary>Tokens left out of the gradient because a number overflowed.</summary>
    public int Nonfinite => Tokens - Finite;

    /// <summary>The sums of two parts of a sequence.</summary>
    public static SequenceSums operator +(SequenceSums one, SequenceSums other) => new()
    {
        Tokens = one.Tokens + other.Tokens,
        PolicyLoss = one.PolicyLoss + other.PolicyLoss,
        KlLoss = one.KlLoss + other.KlLoss,
        Kl = one.Kl + other.Kl,
        Ratio = one.Ratio + other.Ratio,
        ApproxKl = one.ApproxKl + other.ApproxKl,
        RolloutWeight = one.RolloutWeight + other.RolloutWeight,
        ClippedLow = one.ClippedLow + other.ClippedLow,
        ClippedHigh = one.ClippedHigh + other.ClippedHigh,
        Finite = one.Finite + other.Finite,
    };
}

/// <summary>The same while it is being added up, one partial sum per lane.</summary>
internal ref struct LaneSums
{
    private Vector<double> _objective;
    private Vector<double> _kl;
    private Vector<double> _ratio;
    private Vector<double> _approxKl;
    private Vector<double> _rolloutWeight;
    private Vector<long> _clippedLow;
    private Vector<long> _clippedHigh;
    private Vector<long> _finite;

    /// <summary>Adds tokens.</summary>
    /// <param name="included">Which of them are in the loss.</param>
    /// <param name="isFinite">Which of those have finite numbers.</param>
    /// <param name="ratio">Their ratios.</param>
    /// <param name="logRatio">The logarithms.</param>
    /// <param name="rolloutWeight">Their weights.</param>
    /// <param name="objective">Their weighed policy terms.</param>
    /// <param name="kl">Their divergences.</param>
    /// <param name="clip">The bounds they met.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(
        Vector<long> included, Vector<long> isFinite, Vector<double> ratio, Vector<double> logRatio, Vector<double> rolloutWeight, Vector<double> objective, Vector<double> kl, Vector<long> clip)
    {
        _objective += Vector.ConditionalSelect(included, objective, Vector<double>.Zero);
        _kl += Vector.ConditionalSelect(included, kl, Vector<double>.Zero);
        _rolloutWeight += Vector.ConditionalSelect(included, rolloutWeight, Vector<double>.Zero);
        _ratio += Vector.ConditionalSelect(isFinite, ratio, Vector<double>.Zero);
        _approxKl += Vector.ConditionalSelect(isFinite, ratio - Vector<double>.One - logRatio, Vector<double>.Zero);
        // A mask of all ones is -1.
        _clippedLow -= included & clip.Are(TokenClip.Low);
        _clippedHigh -= included & clip.Are(TokenClip.High);
        _finite -= isFinite;
    }

    /// <summary>The sums, weighed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly SequenceSums Total(double weight, double beta) => new()
    {
        PolicyLoss = -(weight * Vector.Sum(_objective)),
        Kl = Vector.Sum(_kl),
        KlLoss = weight * beta * Vector.Sum(_kl),
        Ratio = Vector.Sum(_ratio),
        ApproxKl = Vector.Sum(_approxKl),
        RolloutWeight = Vector.Sum(_rolloutWeight),
        ClippedLow = (int)Vector.Sum(_clippedLow),
        ClippedHigh = (int)Vector.Sum(_clippedHigh),
        Finite = (int)Vector.Sum(_finite),
    };
}
