using System.Globalization;
using System.Numerics;

namespace Grpo.Rewards.Math;

/// <summary>Reads a decimal number as written: <c>1,234.5</c>, <c>1 234</c>, <c>.5</c>, <c>1.5e3</c>, <c>0.1\overline{3}</c>.</summary>
internal static class NumberLiteral
{
    /// <summary>Reads the number that starts at <paramref name="text"/>'s first character.</summary>
    /// <param name="text">The rest of the answer.</param>
    /// <param name="commaIsSeparator">Inside brackets a comma separates items; outside it may group thousands.</param>
    /// <param name="length">Characters read.</param>
    /// <returns>The exact value, and how many decimals it was written with; 0 for repeating decimals and powers of ten, which nobody rounded.</returns>
    /// <exception cref="MathBudgetException">Too many digits, or an exponent beyond the budget.</exception>
    public static (BigRational Value, int Decimals) Read(ReadOnlySpan<char> text, bool commaIsSeparator, out int length)
    {
        Span<char> digits = stackalloc char[MathBudget.DigitRun];
        var count = 0;
        var i = ReadInteger(text, digits, ref count, commaIsSeparator);
        var decimals = 0;
        // 0,5 is no thousands: the comma is the decimal sign.
        var decimalComma = i == 1 && text[0] == '0' && !commaIsSeparator && text.Length > 2 && text[1] == ',' && char.IsAsciiDigit(text[2]);
        if (decimalComma || (i < text.Length && text[i] == '.' && (i + 1 == text.Length || text[i + 1] != '.')))
        {
            var start = ++i;
            i = ReadDigits(text, i, digits, ref count);
            decimals = i - start;
        }
        var whole = count == 0 ? BigInteger.Zero : BigInteger.Parse(digits[..count], CultureInfo.InvariantCulture);
        var value = new BigRational(whole, BigInteger.Pow(10, decimals));
        if (TryReadRepeating(text[i..], decimals, out var repeating, out var repeatingLength))
            (value, i, decimals) = (value + repeating, i + repeatingLength, 0);
        if (TryReadExponent(text[i..], out var exponent, out var exponentLength))
            (value, i, decimals) = (value * new BigRational(10, 1).Power(exponent), i + exponentLength, 0);
        length = i;
        return (value, decimals);
    }

    /// <summary>The digits before the point, over grouping commas or spaces where every group after the first has three digits.</summary>
    private static int ReadInteger(ReadOnlySpan<char> text, Span<char> digits, ref int count, bool commaIsSeparator)
    {
        var i = ReadDigits(text, 0, digits, ref count);
        if (i is 0 or > 3 || text[0] == '0')
            return i;
        while (i + 3 < text.Length && (text[i] == ' ' || (text[i] == ',' && !commaIsSeparator)))
        {
            if (!IsGroup(text[(i + 1)..]))
                return i;
            i = ReadDigits(text, i + 1, digits, ref count);
        }
        return i;
    }

    private static bool IsGroup(ReadOnlySpan<char> text) =>
        text.Length >= 3 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]) && char.IsAsciiDigit(text[2]) && (text.Length == 3 || !char.IsAsciiDigit(text[3]));

    private static int ReadDigits(ReadOnlySpan<char> text, int i, Span<char> digits, ref int count)
    {
        for (; i < text.Length && char.IsAsciiDigit(text[i]); i++)
        {
            if (count == digits.Length)
                throw new MathBudgetException($"a number has more than {MathBudget.DigitRun} digits");
            digits[count++] = text[i];
        }
        return i;
    }

    private static bool TryReadExponent(ReadOnlySpan<char> text, out BigInteger exponent, out int length)
    {
        (exponent, length) = (0, 0);
        if (text.Length < 2 || text[0] is not ('e' or 'E'))
            return false;
        var sign = text[1] is '+' or '-' ? 1 : 0;
        var end = 1 + sign;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        if (end == 1 + sign)
            return false;
        if (end > 8)
            throw new MathBudgetException($"an exponent is larger than {MathBudget.Exponent}");
        (exponent, length) = (BigInteger.Parse(text[(1 + sign)..end], CultureInfo.InvariantCulture) * (text[1] == '-' ? -1 : 1), end);
        return true;
    }

    private static bool TryReadRepeating(ReadOnlySpan<char> text, int decimals, out BigRational value, out int length)
    {
        (value, length) = (default, 0);
        const string Overline = @"\overline{";
        if (!text.StartsWith(Overline) || text.IndexOf('}') is not (> 10 and < 64 and var close))
            return false;
        var period = text[Overline.Length..close];
        if (period.ContainsAnyExceptInRange('0', '9'))
            return false;
        value = new BigRational(BigInteger.Parse(period, CultureInfo.InvariantCulture), (BigInteger.Pow(10, period.Length) - 1) * BigInteger.Pow(10, decimals));
        length = close + 1;
        return true;
    }
}
