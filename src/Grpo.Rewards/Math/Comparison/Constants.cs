using Grpo.Rewards.Math.Algebra;
using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Whether two expressions without variables have the same value.</summary>
/// <remarks>
/// Intervals tell different numbers apart; normal forms prove equality. Where neither decides, the difference is enclosed to as many bits as the
/// expressions can need: to the bound below which no algebraic number of their size can lie (then that is a proof), else to a precision that grows with
/// every number that was written, so that a tiny term cannot hide.
/// </remarks>
internal static class Constants
{
    private const int MostBits = 8_192;
    private const int Coarse = 192;

    /// <summary>The verdict, and the rule that gave it.</summary>
    public static (bool Equal, string Rule) Same(Expr a, Expr b)
    {
        var doubles = new Enclosure<DoubleBall>();
        var (x, y) = (doubles.Of(a), doubles.Of(b));
        if (x is { } left && y is { } right && left.Excludes(right))
            return (false, "interval");
        if ((x is null || y is null) && Enclosed(a, b, Coarse) is { } early && early.Excluded)
            return (false, "interval");
        if (NormalForm.Of(a) is { } form && NormalForm.Of(b) is { } other && form.Same(other))
            return (true, "algebra");
        var bound = SeparationBound.Of(new Expr.Operation('-', a, b));
        var needed = bound ?? (Coarse + (2 * (SeparationBound.Size(a) + SeparationBound.Size(b))));
        if (Enclosed(a, b, Coarse) is not { } coarse)
            return (false, "algebra");
        if (coarse.Excluded)
            return (false, "interval");
        if (needed > MostBits)
            throw new MathBudgetException($"the comparison needs more than {MostBits} bits");
        return Enclosed(a, b, 64 + (int)needed) is { Excluded: false, Narrow: true } ? (true, bound is null ? "probabilistic" : "interval") : (false, "interval");
    }

    /// <summary>Whether both values, to that many bits, exclude each other, or else lie near together; null when either has no value.</summary>
    private static (bool Excluded, bool Narrow)? Enclosed(Expr a, Expr b, int bits)
    {
        BigBall.Precision = bits;
        var enclosure = new Enclosure<BigBall>();
        return enclosure.Of(a) is { } x && enclosure.Of(b) is { } y ? (x.Excludes(y), IsNarrow(x - y)) : null;
    }

    /// <summary>Whether the difference, which may be 0, is known to half the bits.</summary>
    private static bool IsNarrow(ComplexBall<BigBall> difference) =>
        difference.Re.Rad.GetBitLength() < BigBall.Precision / 2 && (difference.IsReal || difference.Im.Rad.GetBitLength() < BigBall.Precision / 2);
}
