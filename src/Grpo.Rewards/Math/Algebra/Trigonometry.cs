using System.Numerics;

namespace Grpo.Rewards.Math.Algebra;

/// <summary>Sine and cosine where they are known exactly: at multiples of 15 degrees.</summary>
internal static class Trigonometry
{
    /// <summary>The sine of <paramref name="turns"/> times pi; null away from the known angles.</summary>
    public static Quotient? Sine(BigRational turns)
    {
        var steps = turns * 12; // of 15 degrees
        if (!steps.IsInteger)
            return null;
        var step = (int)(((steps.Numerator % 24) + 24) % 24);
        var (sign, first) = step < 12 ? (1, step) : (-1, step - 12);
        return Quotient.Of(sign) * FirstQuadrant(first <= 6 ? first : 12 - first);
    }

    /// <summary>The cosine of <paramref name="turns"/> times pi; null away from the known angles.</summary>
    public static Quotient? Cosine(BigRational turns) => Sine(turns + new BigRational(1, 2));

    private static Quotient FirstQuadrant(int step) => step switch
    {
        0 => Quotient.Of(0),
        1 => (Root(6, 4) - Root(2, 4))!,
        2 => Quotient.Of(new BigRational(1, 2)),
        3 => Root(2, 2),
        4 => Root(3, 2),
        5 => Root(6, 4) + Root(2, 4),
        _ => Quotient.Of(1),
    };

    /// <summary>sqrt(radicand) / divisor.</summary>
    private static Quotient Root(int radicand, BigInteger divisor) => Roots.Power(radicand, new BigRational(1, 2))! * Quotient.Of(new BigRational(1, divisor));
}
