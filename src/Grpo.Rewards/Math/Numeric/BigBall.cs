using System.Numerics;

namespace Grpo.Rewards.Math.Numeric;

/// <summary>A ball in fixed-point arithmetic of any precision. Midpoint and radius count in units of 2 to the minus <see cref="Precision"/>.</summary>
internal readonly record struct BigBall(BigInteger Mid, BigInteger Rad) : IBall<BigBall>
{
    private const int LargestExponent = 1 << 14;

    [ThreadStatic]
    private static int _precision;

    /// <summary>Bits behind the point for what this thread computes.</summary>
    public static int Precision
    {
        get => _precision;
        set => _precision = value;
    }

    /// <summary>What one multiplication costs, in steps of <see cref="MathWork"/>.</summary>
    public static int Steps => 1 + (Precision * Precision / 5_000_000);

    public static BigBall Pi => new(BigConstants.Pi(Precision), 4);

    public int? Sign => Mid > Rad ? 1 : Mid < -Rad ? -1 : Mid.IsZero && Rad.IsZero ? 0 : null;

    private static BigInteger One => BigInteger.One << Precision;

    public static BigBall Of(BigRational value)
    {
        var scaled = value.Numerator << Precision;
        return value.IsInteger ? new(scaled, 0) : new(scaled / value.Denominator, 1);
    }

    public static BigBall operator +(BigBall a, BigBall b) => new(a.Mid + b.Mid, a.Rad + b.Rad);

    public static BigBall operator -(BigBall a, BigBall b) => new(a.Mid - b.Mid, a.Rad + b.Rad);

    public static BigBall operator *(BigBall a, BigBall b)
    {
        MathWork.Charge(Steps);
        var exact = a.Rad.IsZero && b.Rad.IsZero && (a.Mid.IsZero || b.Mid.IsZero);
        return exact ? default : new((a.Mid * b.Mid) >> Precision, (((BigInteger.Abs(a.Mid) * b.Rad) + (BigInteger.Abs(b.Mid) * a.Rad) + (a.Rad * b.Rad)) >> Precision) + 2);
    }

    public static BigBall? Divide(BigBall a, BigBall b)
    {
        var least = BigInteger.Abs(b.Mid) - b.Rad;
        if (least.Sign <= 0)
            return null;
        MathWork.Charge(2 * Steps);
        var mid = (a.Mid << Precision) / b.Mid;
        return new(mid, (((a.Rad << Precision) + (BigInteger.Abs(mid) * b.Rad)) / least) + 2);
    }

    public static BigBall? Root(BigBall x, int degree)
    {
        if (x.Sign == 0)
            return x;
        var least = x.Mid - x.Rad;
        if (least.Sign <= 0)
            return null;
        MathWork.Charge(8 * degree * Steps);
        var mid = IntegerRoot.Floor(x.Mid << (Precision * (degree - 1)), degree);
        return new(mid, (x.Rad * (mid + 1) / (degree * least)) + 2);
    }

    public static BigBall? Exp(BigBall x)
    {
        if (x.Rad >= One || BigInteger.Abs(x.Mid) >> Precision > LargestExponent)
            return null;
        var ln2 = BigConstants.Ln2(Precision);
        var shifts = (int)(x.Mid / ln2);
        var (rest, error) = (x.Mid - (shifts * ln2), BigInteger.Abs(shifts) + 8);
        // e^rest = (e^(rest / 256))^256
        var (sum, term) = (One, One);
        var part = rest >> 8;
        for (var k = 1; !term.IsZero && k < 4 * Precision; k++)
        {
            MathWork.Charge(Steps);
            term = ((term * part) >> Precision) / k;
            if (term == BigInteger.MinusOne)
                break;
            sum += term;
        }
        for (var i = 0; i < 8; i++)
            sum = (sum * sum) >> Precision;
        // Each squaring doubles the relative error of the series, and the sums hold far fewer than 2^12 roundings.
        var scaled = Shift(sum, shifts);
        var radius = Shift((error + Precision) << 12, shifts) + ((x.Rad * (scaled + 1)) >> (Precision - 1)) + 4;
        return new(scaled, radius);
    }

    public static BigBall? Log(BigBall x)
    {
        var least = x.Mid - x.Rad;
        if (least.Sign <= 0)
            return null;
        // x = y 2^k with y near 1; ln y = 2 artanh((y - 1) / (y + 1)).
        var k = (int)(x.Mid.GetBitLength() - Precision);
        var y = k >= 0 ? x.Mid >> k : x.Mid << -k;
        var z = ((y - One) << Precision) / (y + One);
        var log = (2 * BigConstants.Artanh(z, Precision)) + (k * BigConstants.Ln2(Precision));
        return new(log, ((x.Rad << Precision) / least) + (4 * Precision) + (4 * int.Abs(k)) + 16);
    }

    public static (BigBall Sine, BigBall Cosine)? SinCos(BigBall x)
    {
        if (BigInteger.Abs(x.Mid) >> Precision > BigInteger.One << 62 || x.Rad >= One)
            return null;
        var half = BigConstants.Pi(Precision + 64) >> 1;
        var wide = x.Mid << 64;
        var turns = BigInteger.Divide(wide + (wide.Sign * (half >> 1)), half);
        var rest = (wide - (turns * half)) >> 64;
        var error = x.Rad + Precision + 8;
        var (sine, cosine) = (new BigBall(Series(rest, rest, 1), error), new BigBall(Series(One, rest, 0), error));
        return (int)(((turns % 4) + 4) % 4) switch
        {
            0 => (sine, cosine),
            1 => (cosine, new(-sine.Mid, error)),
            2 => (new(-sine.Mid, error), new(-cosine.Mid, error)),
            _ => (new(-cosine.Mid, error), sine),
        };
    }

    public static BigBall? Atan(BigBall x)
    {
        // atan x = 2 atan(x / (1 + sqrt(1 + x^2))), three times.
        var one = new BigBall(One, 0);
        var y = x;
        for (var i = 0; i < 3; i++)
        {
            if (Root(one + (y * y), 2) is not { } root || Divide(y, one + root) is not { } next)
                return null;
            y = next;
        }
        var (sum, power, square) = (y.Mid, y.Mid, (y.Mid * y.Mid) >> Precision);
        for (var k = 3; BigInteger.Abs(power) > 1 && k < 4 * Precision; k += 2)
        {
            MathWork.Charge(Steps);
            power = -((power * square) >> Precision);
            sum += power / k;
        }
        return new(sum << 3, (y.Rad + Precision) << 3);
    }

    public static BigInteger? Floor(BigBall x)
    {
        var (low, high) = ((x.Mid - x.Rad) >> Precision, (x.Mid + x.Rad) >> Precision);
        return low == high ? low : null;
    }

    private static BigInteger Shift(BigInteger value, int shifts) => shifts >= 0 ? value << shifts : value >> -shifts;

    /// <summary>first - first x^2 / ((k+1)(k+2)) + …</summary>
    private static BigInteger Series(BigInteger first, BigInteger x, int k)
    {
        var (sum, term, square) = (first, first, (x * x) >> Precision);
        for (; BigInteger.Abs(term) > 1 && k < 4 * Precision; k += 2)
        {
            MathWork.Charge(Steps);
            term = -((term * square) >> Precision) / ((k + 1) * (k + 2));
            sum += term;
        }
        return sum;
    }
}
