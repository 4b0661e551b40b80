using System.Globalization;
using System.Numerics;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>A JSON number exactly as written: <c>Digits * 10^Exponent</c>, without zeros at the end of the digits.</summary>
/// <remarks>Schemas ask for 0.1 to be a multiple of 0.01 and for 1e400 to be above 1e399; doubles and decimals can do neither.</remarks>
internal readonly record struct JsonNumber(BigInteger Digits, long Exponent)
{
    /// <summary>Whether it is whole; 1.0 is.</summary>
    public bool IsInteger => Exponent >= 0;

    /// <summary>Reads a number that a JSON reader has accepted.</summary>
    /// <exception cref="MathBudgetException">It is too long.</exception>
    public static JsonNumber Parse(string text)
    {
        if (text.Length > MathBudget.DigitRun)
            throw new MathBudgetException($"a number has more than {MathBudget.DigitRun} characters");
        var mark = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = mark < 0 ? text : text[..mark];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (digits.IsZero)
            return new(0, 0);
        var exponent = mark < 0 ? 0 : long.TryParse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) && long.Abs(written) < int.MaxValue
            ? written
            : throw new MathBudgetException("an exponent is too large");
        exponent -= point < 0 ? 0 : mantissa.Length - point - 1;
        while (BigInteger.DivRem(digits, 10) is { Remainder.IsZero: true } shorter)
            (digits, exponent) = (shorter.Quotient, exponent + 1);
        return new(digits, exponent);
    }

    /// <summary>Below 0, 0 or above 0 as it is less than, equal to or more than another.</summary>
    public int Compare(JsonNumber other)
    {
        if (Digits.Sign != other.Digits.Sign || Digits.IsZero)
            return Digits.Sign.CompareTo(other.Digits.Sign);
        // Where the first digits stand decides between numbers of different size; of equal size the exponents differ by the digits at most.
        var (size, otherSize) = (Length(Digits) + Exponent, Length(other.Digits) + other.Exponent);
        if (size != otherSize)
            return size.CompareTo(otherSize) * Digits.Sign;
        var shift = (int)long.Min(Exponent, other.Exponent);
        return (Digits * BigInteger.Pow(10, (int)(Exponent - shift))).CompareTo(other.Digits * BigInteger.Pow(10, (int)(other.Exponent - shift)));
    }

    /// <summary>Whether it is a whole multiple of a number above 0.</summary>
    public bool IsMultipleOf(JsonNumber step)
    {
        var shift = Exponent - step.Exponent;
        if (shift >= 0)
            return (Digits * BigInteger.ModPow(10, shift, step.Digits) % step.Digits).IsZero;
        // Digits would have to hold the factor 10^-shift, and has no zeros at its end.
        return Digits.IsZero;
    }

    private static int Length(BigInteger digits) => BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture).Length;
}
