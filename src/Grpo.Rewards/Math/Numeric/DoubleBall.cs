using System.Numerics;

namespace Grpo.Rewards.Math.Numeric;

/// <summary>A ball in double precision: fast, and enough to tell most different numbers apart.</summary>
internal readonly record struct DoubleBall(double Mid, double Rad) : IBall<DoubleBall>
{
    private const double Unit = 4.5e-16; // twice the rounding error of one operation
    private const double Tiny = 1e-300;

    public static DoubleBall Pi => new(double.Pi, Unit * 4);

    public int? Sign => Mid > Rad ? 1 : Mid < -Rad ? -1 : Mid == 0 && Rad == 0 ? 0 : null;

    public static DoubleBall Of(BigRational value)
    {
        var mid = value.ToDouble();
        return new(mid, mid == double.Truncate(mid) && double.Abs(mid) < 9e15 && value.IsInteger ? 0 : (double.Abs(mid) * Unit) + Tiny);
    }

    public static DoubleBall operator +(DoubleBall a, DoubleBall b) => Rounded(a.Mid + b.Mid, a.Rad + b.Rad);

    public static DoubleBall operator -(DoubleBall a, DoubleBall b) => Rounded(a.Mid - b.Mid, a.Rad + b.Rad);

    public static DoubleBall operator *(DoubleBall a, DoubleBall b) => Rounded(a.Mid * b.Mid, (double.Abs(a.Mid) * b.Rad) + (double.Abs(b.Mid) * a.Rad) + (a.Rad * b.Rad));

    public static DoubleBall? Divide(DoubleBall a, DoubleBall b)
    {
        var least = double.Abs(b.Mid) - b.Rad;
        if (!(least > 0))
            return null;
        var mid = a.Mid / b.Mid;
        return Checked(mid, (a.Rad + (double.Abs(mid) * b.Rad)) / least);
    }

    public static DoubleBall? Root(DoubleBall x, int degree)
    {
        if (x is { Mid: 0, Rad: 0 })
            return x;
        if (!(x.Mid - x.Rad > 0))
            return null;
        var mid = degree == 2 ? double.Sqrt(x.Mid) : double.Pow(x.Mid, 1.0 / degree);
        return Checked(mid, (mid * x.Rad / (degree * (x.Mid - x.Rad))) + (mid * Unit * 4));
    }

    public static DoubleBall? Exp(DoubleBall x)
    {
        var mid = double.Exp(x.Mid);
        return x.Rad < 1 ? Checked(mid, (mid * x.Rad * 1.8) + (mid * Unit * 4)) : null;
    }

    public static DoubleBall? Log(DoubleBall x) => x.Mid - x.Rad > 0 ? Checked(double.Log(x.Mid), (x.Rad / (x.Mid - x.Rad)) + Unit) : null;

    public static (DoubleBall Sine, DoubleBall Cosine)? SinCos(DoubleBall x)
    {
        if (!(double.Abs(x.Mid) < 1e9) || x.Rad > 1)
            return null;
        var rad = x.Rad + (Unit * 4);
        return (new(double.Sin(x.Mid), rad), new(double.Cos(x.Mid), rad));
    }

    public static DoubleBall? Atan(DoubleBall x) => Checked(double.Atan(x.Mid), x.Rad + (Unit * 4));

    public static BigInteger? Floor(DoubleBall x)
    {
        var (low, high) = (double.Floor(x.Mid - x.Rad), double.Floor(x.Mid + x.Rad));
        return low == high && double.Abs(low) < 1e15 ? new BigInteger(low) : null;
    }

    private static DoubleBall Rounded(double mid, double rad) => new(mid, (rad * (1 + Unit)) + (double.Abs(mid) * Unit) + (rad == 0 && mid == double.Truncate(mid) && double.Abs(mid) < 9e15 ? -double.Abs(mid) * Unit : Tiny));

    private static DoubleBall? Checked(double mid, double rad) => double.IsFinite(mid) && double.IsFinite(rad) ? Rounded(mid, rad) is var ball && ball.Rad == 0 ? ball with { Rad = Tiny + (double.Abs(mid) * Unit) } : ball : null;
}
