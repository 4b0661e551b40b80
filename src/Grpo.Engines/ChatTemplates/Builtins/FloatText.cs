using System.Globalization;
using System.Numerics;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Floats with a given number of digits, rounded from their exact value, halves to the even digit, as Python does.</summary>
internal static class FloatText
{
    /// <summary>Text of a number that is not negative.</summary>
    /// <param name="value">The number.</param>
    /// <param name="type">f, e, g or %.</param>
    /// <param name="precision">Digits after the point, for g significant digits; 6 when null.</param>
    public static string Of(double value, char type, int? precision)
    {
        if (!double.IsFinite(value)) return char.IsUpper(type) ? (double.IsNaN(value) ? "NAN" : "INF") : double.IsNaN(value) ? "nan" : "inf";
        return type switch
        {
            'f' or 'F' => Fixed(value, precision ?? 6),
            '%' => Fixed(value * 100, precision ?? 6) + "%",
            'e' => Exponential(value, precision ?? 6),
            'E' => Exponential(value, precision ?? 6).ToUpperInvariant(),
            'G' => General(value, Math.Max(1, precision ?? 6)).ToUpperInvariant(),
            _ => General(value, Math.Max(1, precision ?? 6)),
        };
    }

    /// <summary>The number with that many digits after the point.</summary>
    public static string Fixed(double value, int digits)
    {
        var scaled = Scaled(Math.Abs(value), digits).ToString().PadLeft(digits + 1, '0');
        return digits == 0 ? scaled : $"{scaled[..^digits]}.{scaled[^digits..]}";
    }

    /// <summary>value * 10^digits, rounded to an integer.</summary>
    public static BigInteger Scaled(double value, int digits)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        BigInteger numerator = exponent == 0 ? mantissa : mantissa | (1L << 52);
        var power = Math.Max(exponent, 1) - 1075;
        var denominator = BigInteger.One;
        if (digits >= 0) numerator *= BigInteger.Pow(10, digits);
        else denominator *= BigInteger.Pow(10, -digits);
        if (power >= 0) numerator <<= power;
        else denominator <<= -power;
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var half = (remainder * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static string Exponential(double value, int digits)
    {
        var text = value.ToString("E" + digits, CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture);
        return $"{text[..mark]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string General(double value, int digits)
    {
        var text = Exponential(value, digits - 1);
        var mark = text.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture);
        return exponent < -4 || exponent >= digits
            ? WithoutZeros(text[..mark]) + text[mark..]
            : WithoutZeros(Fixed(value, digits - 1 - exponent));
    }

    private static string WithoutZeros(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
}
