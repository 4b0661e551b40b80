using System.Globalization;
using System.Numerics;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Numbers as Python counts them: bool is an int, ints have no bound, a float makes the result a float.</summary>
internal static class Number
{
    /// <summary>Decimal digits an integer of the most bits can have.</summary>
    private const int MostDigits = (TemplateLimits.IntegerBits * 3 / 10) + 1;

    /// <summary>Whether a value is a number.</summary>
    public static bool Is(object value) => value is BigInteger or double or bool;

    /// <summary>The integer of an int or bool, null of anything else.</summary>
    public static BigInteger? Integer(object value) => value switch
    {
        BigInteger number => number,
        bool flag => flag ? BigInteger.One : BigInteger.Zero,
        _ => null,
    };

    /// <summary>The integer as a length or count, clamped to what an int holds; null of anything that is no integer.</summary>
    public static int? Clamped(object value) =>
        Integer(value) is { } number ? (int)BigInteger.Clamp(number, int.MinValue, int.MaxValue) : null;

    /// <summary>A number as a float.</summary>
    /// <exception cref="TemplateError">An int too large for a float.</exception>
    public static double Float(object value)
    {
        if (value is double number) return number;
        var converted = (double)Integer(value)!.Value;
        return double.IsFinite(converted) ? converted : throw new TemplateError("int too large to convert to float");
    }

    /// <summary>Order of two numbers, null when one is NaN.</summary>
    public static int? Compare(object left, object right)
    {
        if (Integer(left) is { } a && Integer(right) is { } b) return a.CompareTo(b);
        if (left is double x && right is double y) return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
        var (integer, real, sign) = left is double l ? (Integer(right)!.Value, l, -1) : (Integer(left)!.Value, (double)right, 1);
        if (double.IsNaN(real)) return null;
        if (double.IsInfinity(real)) return real > 0 ? -sign : sign;
        var whole = new BigInteger(Math.Floor(real));
        var order = integer.CompareTo(whole);
        return sign * (order == 0 && Math.Floor(real) < real ? -1 : order);
    }

    /// <summary>An integer of text as Python's int() reads it, null when it is none.</summary>
    public static BigInteger? Parse(string text)
    {
        var digits = text.Trim();
        if (digits.StartsWith('_') || digits.EndsWith('_') || digits.Contains("__")) return null;
        return digits.Length <= MostDigits
            && BigInteger.TryParse(digits.Replace("_", ""), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>A float of text as Python's float() reads it, null when it is none.</summary>
    public static double? ParseFloat(string text)
    {
        var trimmed = text.Trim().ToLowerInvariant();
        if (trimmed.TrimStart('+', '-') is "inf" or "infinity") return trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        if (trimmed.TrimStart('+', '-') == "nan") return double.NaN;
        return double.TryParse(trimmed.Replace("_", ""), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
