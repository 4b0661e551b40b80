using System.Numerics;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's arithmetic on numbers: // and % round towards minus infinity, / is always a float.</summary>
internal static class Arithmetic
{
    /// <summary>The result of an operator on two numbers.</summary>
    /// <param name="sign">One of + - * / // % **.</param>
    /// <param name="left">A number.</param>
    /// <param name="right">A number.</param>
    /// <exception cref="TemplateError">Division by zero, or a result beyond the limits.</exception>
    public static object Apply(string sign, object left, object right)
    {
        if (sign != "/" && Number.Integer(left) is { } a && Number.Integer(right) is { } b) return Integers(sign, a, b);
        return Floats(sign, Number.Float(left), Number.Float(right));
    }

    private static object Integers(string sign, BigInteger a, BigInteger b) => sign switch
    {
        "+" => Bounded(a + b),
        "-" => Bounded(a - b),
        "*" => Bounded(a * b),
        "//" => Floor(a, b).Quotient,
        "%" => Floor(a, b).Remainder,
        _ when b.Sign < 0 => Floats(sign, Number.Float(a), Number.Float(b)),
        _ => Power(a, b),
    };

    private static double Floats(string sign, double a, double b) => sign switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" when b != 0 => a / b,
        "//" when b != 0 => Math.Floor((a - Modulo(a, b)) / b),
        "%" when b != 0 => Modulo(a, b),
        "**" when a != 0 || b >= 0 => a < 0 && Math.Floor(b) != b
            ? throw new TemplateError("a negative number has no real power with a fraction")
            : Math.Pow(a, b),
        "**" => throw new TemplateError("0.0 cannot be raised to a negative power"),
        _ => throw new TemplateError("division by zero"),
    };

    private static double Modulo(double a, double b)
    {
        var remainder = a % b;
        if (remainder != 0 && (remainder < 0) != (b < 0)) remainder += b;
        return remainder == 0 ? Math.CopySign(0, b) : remainder;
    }

    private static (BigInteger Quotient, BigInteger Remainder) Floor(BigInteger a, BigInteger b)
    {
        if (b.IsZero) throw new TemplateError("integer division or modulo by zero");
        var quotient = BigInteger.DivRem(a, b, out var remainder);
        return !remainder.IsZero && remainder.Sign != b.Sign ? (quotient - 1, remainder + b) : (quotient, remainder);
    }

    private static BigInteger Power(BigInteger a, BigInteger b)
    {
        if (BigInteger.Abs(a) > 1 && b * a.GetBitLength() > TemplateLimits.IntegerBits * 2) throw TooLarge();
        return Bounded(BigInteger.Abs(a) > 1 ? BigInteger.Pow(a, (int)b) : b.IsZero || a.IsOne || (!a.IsZero && b.IsEven) ? 1 : a);
    }

    private static BigInteger Bounded(BigInteger number) =>
        number.GetBitLength() <= TemplateLimits.IntegerBits ? number : throw TooLarge();

    private static TemplateError TooLarge() => new($"an integer has more than {TemplateLimits.IntegerBits} bits");
}
