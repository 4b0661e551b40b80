using System.Numerics;

namespace Grpo.Rewards.Math.Numeric;

/// <summary>A real number known to lie within a radius of a midpoint. Every operation rounds outwards, so that what it excludes is excluded for certain.</summary>
/// <typeparam name="T">The type itself.</typeparam>
internal interface IBall<T>
    where T : struct, IBall<T>
{
    /// <summary>The circle constant.</summary>
    static abstract T Pi { get; }

    /// <summary>-1 or 1 when the sign is certain, 0 for the exact zero, else null.</summary>
    int? Sign { get; }

    /// <summary>An exact number.</summary>
    static abstract T Of(BigRational value);

    /// <summary>Sum.</summary>
    static abstract T operator +(T a, T b);

    /// <summary>Difference.</summary>
    static abstract T operator -(T a, T b);

    /// <summary>Product.</summary>
    static abstract T operator *(T a, T b);

    /// <summary>Quotient; null when the divisor may be 0.</summary>
    static abstract T? Divide(T a, T b);

    /// <summary>The root of that degree of a number that is certainly not negative; null otherwise.</summary>
    static abstract T? Root(T x, int degree);

    /// <summary>e to the x; null when that is beyond all bounds.</summary>
    static abstract T? Exp(T x);

    /// <summary>Natural logarithm; null when x is not certainly positive.</summary>
    static abstract T? Log(T x);

    /// <summary>Sine and cosine.</summary>
    static abstract (T Sine, T Cosine)? SinCos(T x);

    /// <summary>Inverse tangent.</summary>
    static abstract T? Atan(T x);

    /// <summary>The largest integer not above x; null when that is not certain.</summary>
    static abstract BigInteger? Floor(T x);
}
