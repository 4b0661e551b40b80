using System.Globalization;
using System.Numerics;

namespace Grpo.Rewards.Math;

/// <summary>Reads a decimal number as written: <c>1,234.5</c>, <c>1 234</c>, <c>1'234</c>, <c>1.234.567</c>, <c>12,34,567</c>, <c>.5</c>, <c>1.5e3</c>, <c>0.1\overline{3}</c>, <c>0.333…</c>.</summary>
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
        var hasSign = IsDecimalSign(text, i, commaIsSeparator);
        if (hasSign)
        {
            var start = ++i;
            i = ReadDigits(text, i, digits, ref count);
            decimals = i - start;
        }
        var whole = Integer(digits[..count]);
        var value = decimals == 0 ? new BigRational(whole, BigInteger.One) : new BigRational(whole, BigInteger.Pow(10, decimals));
        if (hasSign && i < text.Length && text[i] is '\\' or '(' && TryReadRepeating(text[i..], digits[(count - decimals)..count], out var repeating, out var repeatingLength))
            (value, i, decimals) = (value + repeating, i + repeatingLength, 0);
        if (i < text.Length && text[i] is 'e' or 'E' && TryReadExponent(text[i..], out var exponent, out var exponentLength))
            (value, i, decimals) = (value * new BigRational(10, 1).Power(exponent), i + exponentLength, 0);
        length = i;
        return (value, decimals);
    }

    private static BigInteger Integer(ReadOnlySpan<char> digits) => digits.Length switch
    {
        0 => BigInteger.Zero,
        <= 18 => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture),
        _ => BigInteger.Parse(digits, CultureInfo.InvariantCulture),
    };

    /// <summary>Whether a decimal sign stands there: a point, or the comma of 0,5 (no thousands) or 1.234,5 (the points group).</summary>
    private static bool IsDecimalSign(ReadOnlySpan<char> text, int i, bool commaIsSeparator)
    {
        if (i >= text.Length)
            return false;
        if (text[i] == '.')
            return i + 1 == text.Length || text[i + 1] != '.';
        return text[i] == ',' && !commaIsSeparator && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]) && ((i == 1 && text[0] == '0') || text[..i].Contains('.'));
    }

    /// <summary>The digits before the decimal sign, over grouping commas, spaces, apostrophes or points where the groups have three digits (or two, as in India, before the last).</summary>
    private static int ReadInteger(ReadOnlySpan<char> text, Span<char> digits, ref int count, bool commaIsSeparator)
    {
        var i = ReadDigits(text, 0, digits, ref count);
        if (i is 0 or > 3 || text[0] == '0' || i >= text.Length)
            return i;
        var sign = text[i];
        if (sign is not (' ' or '\'' or '.') && (sign != ',' || commaIsSeparator))
            return i;
        if (sign == '.' && !HasPointGroups(text[i..]))
            return i;
        while (i + 3 < text.Length && text[i] == sign && (IsGroup(text[(i + 1)..], 3) || (sign == ',' && IsIndian(text, i))))
            i = ReadDigits(text, i + 1, digits, ref count);
        return i;
    }

    private static bool IsGroup(ReadOnlySpan<char> text, int size) =>
        text.Length >= size && !text[..size].ContainsAnyExceptInRange('0', '9') && (text.Length == size || !char.IsAsciiDigit(text[size]));

    /// <summary>One point is a decimal sign; several with three digits behind each, or one followed by such digits and a decimal comma, group.</summary>
    private static bool HasPointGroups(ReadOnlySpan<char> text)
    {
        if (!IsGroup(text[1..], 3) || text.Length < 6 || !(text[4] is '.' or ',') || !char.IsAsciiDigit(text[5]))
            return false;
        return text[4] == ',' || IsGroup(text[5..], 3);
    }

    /// <summary>12,34,567: groups of two up to a last one of three.</summary>
    private static bool IsIndian(ReadOnlySpan<char> text, int i) =>
        IsGroup(text[(i + 1)..], 2) && text.Length > i + 6 && text[i + 3] == ',' && (IsGroup(text[(i + 4)..], 3) || IsIndian(text, i + 3));

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
        if (text.Length < 2)
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

    /// <summary>The repeating part: <c>\overline{3}</c>, <c>\bar{3}</c>, <c>\dot{3}</c>, <c>\dot{1}4\dot{2}</c>, <c>(3)</c>, or dots after decimals that repeat themselves.</summary>
    private static bool TryReadRepeating(ReadOnlySpan<char> text, ReadOnlySpan<char> decimals, out BigRational value, out int length)
    {
        value = default;
        if (text.StartsWith(@"\ldots"))
        {
            length = @"\ldots".Length;
            return Period(decimals) is > 0 and var size && Repeating(decimals[^size..], decimals.Length, out value);
        }
        Span<char> period = stackalloc char[64];
        var count = 0;
        length = ReadPeriod(text, period, ref count);
        return length > 0 && count > 0 && Repeating(period[..count], decimals.Length, out value);
    }

    private static int ReadPeriod(ReadOnlySpan<char> text, Span<char> period, ref int count)
    {
        foreach (var open in (ReadOnlySpan<string>)[@"\overline{", @"\bar{", @"\dot{", "("])
        {
            if (!text.StartsWith(open) || text.IndexOfAny('}', ')') is not (> 0 and < 60 and var close) || text[close] != (open == "(" ? ')' : '}'))
                continue;
            var digits = text[open.Length..close];
            if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9') || count + digits.Length > period.Length)
                return 0;
            digits.CopyTo(period[count..]);
            count += digits.Length;
            var end = close + 1;
            if (open != @"\dot{")
                return end;
            // A second dot closes the period.
            var next = text[end..];
            var plain = next.IndexOfAnyExceptInRange('0', '9');
            if (plain < 0 || count + plain >= period.Length || !next[plain..].StartsWith(@"\dot{") || next.Length < plain + 7)
                return end;
            next[..plain].CopyTo(period[count..]);
            count += plain;
            period[count++] = next[plain + 5];
            return end + plain + 7;
        }
        return 0;
    }

    private static bool Repeating(ReadOnlySpan<char> period, int decimals, out BigRational value)
    {
        value = new BigRational(Integer(period), (BigInteger.Pow(10, period.Length) - 1) * BigInteger.Pow(10, decimals));
        return true;
    }

    /// <summary>How many digits at the end repeat what stands before them: 0.333… 1, 0.142857142857… 6; 0 when they do not, as in 3.14159….</summary>
    private static int Period(ReadOnlySpan<char> decimals)
    {
        for (var size = 1; size * 2 <= decimals.Length; size++)
        {
            var enough = size == 1 ? 3 : 2;
            if (decimals.Length < size * enough)
                return 0;
            var repeats = true;
            for (var i = 1; i < enough; i++)
                repeats &= decimals[^size..].SequenceEqual(decimals.Slice(decimals.Length - (size * (i + 1)), size));
            if (repeats)
                return size;
        }
        return 0;
    }
}
