namespace Grpo.Rewards.Math.Numeric;

/// <summary>A complex number in two balls.</summary>
/// <typeparam name="T">The arithmetic.</typeparam>
/// <param name="Re">The real part.</param>
/// <param name="Im">The imaginary part.</param>
/// <param name="IsReal">Whether the imaginary part is exactly 0.</param>
internal readonly record struct ComplexBall<T>(T Re, T Im, bool IsReal)
    where T : struct, IBall<T>
{
    public ComplexBall(T re)
        : this(re, default, IsReal: true)
    {
    }

    public ComplexBall(T re, T im)
        : this(re, im, im.Sign == 0)
    {
    }

    public static ComplexBall<T> operator +(ComplexBall<T> a, ComplexBall<T> b) => a.IsReal && b.IsReal ? new(a.Re + b.Re) : new(a.Re + b.Re, a.Im + b.Im);

    public static ComplexBall<T> operator -(ComplexBall<T> a, ComplexBall<T> b) => a.IsReal && b.IsReal ? new(a.Re - b.Re) : new(a.Re - b.Re, a.Im - b.Im);

    public static ComplexBall<T> operator *(ComplexBall<T> a, ComplexBall<T> b) =>
        a.IsReal && b.IsReal ? new(a.Re * b.Re) : new ComplexBall<T>((a.Re * b.Re) - (a.Im * b.Im), (a.Re * b.Im) + (a.Im * b.Re));

    /// <summary>Quotient; null when the divisor may be 0.</summary>
    public static ComplexBall<T>? Divide(ComplexBall<T> a, ComplexBall<T> b)
    {
        if (b.IsReal)
        {
            if (T.Divide(a.Re, b.Re) is not { } re)
                return null;
            if (a.IsReal)
                return new(re);
            return T.Divide(a.Im, b.Re) is { } im ? new ComplexBall<T>(re, im) : null;
        }
        var norm = (b.Re * b.Re) + (b.Im * b.Im);
        var top = a * new ComplexBall<T>(b.Re, T.Of(0) - b.Im);
        return T.Divide(top.Re, norm) is { } x && T.Divide(top.Im, norm) is { } y ? new ComplexBall<T>(x, y) : null;
    }

    /// <summary>Whether the two are certainly different.</summary>
    public bool Excludes(ComplexBall<T> other) => (Re - other.Re).Sign is 1 or -1 || (!(IsReal && other.IsReal) && (Im - other.Im).Sign is 1 or -1);
}
