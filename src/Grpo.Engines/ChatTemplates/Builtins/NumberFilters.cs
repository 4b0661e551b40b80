using System.Numerics;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Evaluation.Expressions;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Filters that make numbers.</summary>
internal static class NumberFilters
{
    /// <summary>The filters.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("int", "default? base?", (_, value, args) => Integer(value, args.Integer(1, 10)) is { } number ? number : args[0] ?? BigInteger.Zero),
        new("float", "default?", (_, value, args) => Float(value) is { } number ? number : args[0] ?? 0.0),
        new("abs", "", (_, value, _) => Absolute(value)),
        new("round", "precision? method?", (_, value, args) => Round(value, args.Integer(0), args.Text(1, "common"))),
        new("sum", "attribute? start?", Sum),
    ];

    /// <summary>A float without its fraction.</summary>
    /// <exception cref="TemplateError">It is infinite or no number.</exception>
    public static BigInteger Truncated(double value) =>
        double.IsFinite(value) ? new BigInteger(value) : throw new TemplateError("cannot convert float infinity or NaN to integer");

    private static BigInteger? Integer(object value, int numberBase) => value switch
    {
        Undefined missing => throw missing.Used(),
        double number => Truncated(number),
        string or Markup => (numberBase == 10 ? Number.Parse(Repr.Text(value)) : InBase(Repr.Text(value), numberBase))
            ?? (Number.ParseFloat(Repr.Text(value)) is { } real && double.IsFinite(real) ? new BigInteger(real) : null),
        _ => Number.Integer(value),
    };

    private static BigInteger? InBase(string text, int numberBase)
    {
        var digits = text.Trim().ToLowerInvariant();
        var negative = digits.StartsWith('-');
        digits = digits.TrimStart('-', '+');
        var prefix = numberBase switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        if (prefix.Length > 0 && digits.StartsWith(prefix, StringComparison.Ordinal)) digits = digits[2..];
        if (digits.Length is 0 or > TemplateLimits.IntegerBits / 8) return null;
        var number = BigInteger.Zero;
        foreach (var unit in digits)
        {
            var digit = char.IsAsciiDigit(unit) ? unit - '0' : char.IsAsciiLetterLower(unit) ? unit - 'a' + 10 : int.MaxValue;
            if (digit >= numberBase) return null;
            number = (number * numberBase) + digit;
        }

        return negative ? -number : number;
    }

    private static double? Float(object value) => value switch
    {
        Undefined missing => throw missing.Used(),
        string or Markup => Number.ParseFloat(Repr.Text(value)),
        _ => Number.Is(value) ? Number.Float(value) : null,
    };

    private static object Absolute(object value) => value switch
    {
        Undefined missing => throw missing.Used(),
        double number => Math.Abs(number),
        _ => BigInteger.Abs(Number.Integer(value) ?? throw new TemplateError($"bad operand type for abs(): '{TypeName.Of(value)}'")),
    };

    private static object Round(object value, int precision, string method)
    {
        if (value is Undefined missing) throw missing.Used();
        if (!Number.Is(value)) throw new TemplateError($"type {TypeName.Of(value)} doesn't define __round__ method");
        if (Math.Abs((long)precision) > 400) throw new TemplateError("round() has more than 400 digits");
        var scale = Math.Pow(10, precision);
        return method switch
        {
            "ceil" => Math.Ceiling(Number.Float(value) * scale) / scale,
            "floor" => Math.Floor(Number.Float(value) * scale) / scale,
            "common" when value is double number => double.IsFinite(number) ? Rounded(number, precision) : number,
            "common" when precision >= 0 => Number.Integer(value)!.Value,
            "common" => RoundedToTens(Number.Integer(value)!.Value, -precision),
            _ => throw new TemplateError("method must be common, ceil or floor"),
        };
    }

    private static double Rounded(double value, int precision) =>
        Math.CopySign(double.Parse($"{FloatText.Scaled(Math.Abs(value), precision)}e{-precision}", System.Globalization.CultureInfo.InvariantCulture), value);

    private static BigInteger RoundedToTens(BigInteger value, int digits)
    {
        var unit = BigInteger.Pow(10, digits);
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), unit, out var remainder);
        var half = (remainder * 2).CompareTo(unit);
        return value.Sign * unit * (half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient);
    }

    private static object Sum(RenderState state, object value, Arguments args)
    {
        var attribute = ItemKey.Attribute(args[0]);
        return Sequence.Iterate(value).Aggregate(args[1] ?? BigInteger.Zero, (sum, item) => BinaryOperator.Apply(state, "+", sum, attribute(item)));
    }
}
