using System.Globalization;
using System.Numerics;

namespace Grpo.Rewards.Math;

/// <summary>An exact rational number in lowest terms with a positive denominator, bounded by <see cref="MathBudget.IntegerBits"/>.</summary>
public readonly record struct BigRational
{
    private readonly BigInteger _denominatorMinusOne; // so that default is 0/1

    /// <summary>numerator / denominator.</summary>
    /// <exception cref="DivideByZeroException">The denominator is 0.</exception>
    /// <exception cref="MathBudgetException">A part is larger than the budget.</exception>
    public BigRational(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsOne)
        {
            Numerator = numerator;
            Check();
            return;
        }
        if (denominator.IsZero)
            throw new DivideByZeroException();
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        Numerator = numerator / divisor;
        _denominatorMinusOne = (denominator / divisor) - 1;
        Check();
    }

    private void Check()
    {
        if (Numerator.GetBitLength() > MathBudget.IntegerBits || _denominatorMinusOne.GetBitLength() > MathBudget.IntegerBits)
            throw new MathBudgetException($"a number has more than {MathBudget.IntegerBits} bits");
    }

    /// <summary>The numerator, with the sign.</summary>
    public BigInteger Numerator { get; }

    /// <summary>The denominator, at least 1.</summary>
    public BigInteger Denominator => _denominatorMinusOne + 1;

    /// <summary>Whether the denominator is 1.</summary>
    public bool IsInteger => _denominatorMinusOne.IsZero;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Numerator.Sign;

    /// <summary>The absolute value.</summary>
    public BigRational Abs => Sign < 0 ? -this : this;

    /// <summary>An integer.</summary>
    public static implicit operator BigRational(int value) => new(value, BigInteger.One);

    /// <summary>Sum.</summary>
    public static BigRational operator +(BigRational a, BigRational b) => a.IsInteger && b.IsInteger ? new(a.Numerator + b.Numerator, BigInteger.One) : new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    /// <summary>Difference.</summary>
    public static BigRational operator -(BigRational a, BigRational b) => a + -b;

    /// <summary>Negative.</summary>
    public static BigRational operator -(BigRational a) => new(-a.Numerator, a.Denominator);

    /// <summary>Product.</summary>
    public static BigRational operator *(BigRational a, BigRational b) => a.IsInteger && b.IsInteger ? new(a.Numerator * b.Numerator, BigInteger.One) : new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    /// <summary>Quotient.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="b"/> is 0.</exception>
    public static BigRational operator /(BigRational a, BigRational b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    /// <summary>This number to an integer power.</summary>
    /// <exception cref="DivideByZeroException">0 to a negative power.</exception>
    /// <exception cref="MathBudgetException">The exponent or the result is larger than the budget.</exception>
    public BigRational Power(BigInteger exponent)
    {
        if (Numerator.IsOne && IsInteger)
            return 1;
        if (BigInteger.Abs(exponent) > MathBudget.Exponent)
            throw new MathBudgetException($"an exponent is larger than {MathBudget.Exponent}");
        var count = (int)BigInteger.Abs(exponent);
        var bits = long.Max(BigInteger.Abs(Numerator).GetBitLength(), Denominator.GetBitLength()) - 1;
        if (bits * count > MathBudget.IntegerBits)
            throw new MathBudgetException($"a power has more than {MathBudget.IntegerBits} bits");
        var (numerator, denominator) = (BigInteger.Pow(Numerator, count), BigInteger.Pow(Denominator, count));
        return exponent.Sign < 0 ? new(denominator, numerator) : new(numerator, denominator);
    }

    /// <summary>Whether a is smaller.</summary>
    public static bool operator <(BigRational a, BigRational b) => a.Numerator * b.Denominator < b.Numerator * a.Denominator;

    /// <summary>Whether a is larger.</summary>
    public static bool operator >(BigRational a, BigRational b) => b < a;

    /// <summary>Whether a is smaller or equal.</summary>
    public static bool operator <=(BigRational a, BigRational b) => !(b < a);

    /// <summary>Whether a is larger or equal.</summary>
    public static bool operator >=(BigRational a, BigRational b) => !(a < b);

    /// <summary>The nearest double, or a neighbour of it; infinite when it is too large.</summary>
    public double ToDouble()
    {
        var (top, bottom) = ((double)Numerator, (double)Denominator);
        if (double.IsFinite(top) && double.IsFinite(bottom))
            return top / bottom;
        var shift = (int)(Numerator.GetBitLength() - Denominator.GetBitLength()) - 64;
        var scaled = shift > 0 ? Numerator / (Denominator << shift) : (Numerator << -shift) / Denominator;
        return double.ScaleB((double)scaled, shift);
    }

    /// <summary><c>3</c> or <c>-1/2</c>.</summary>
    public override string ToString() => IsInteger
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
