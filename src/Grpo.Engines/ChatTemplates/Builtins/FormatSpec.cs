using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>How a value is written into a field: Python's format specifications, which printf formatting is translated to.</summary>
internal sealed partial record FormatSpec
{
    /// <summary>The largest precision; a float has no more digits than this.</summary>
    public const int MostDigits = 1100;

    /// <summary>Fills the field.</summary>
    public char Fill { get; init; } = ' ';

    /// <summary>One of &lt; &gt; ^ =, null for the type's own.</summary>
    public char? Align { get; init; }

    /// <summary>Sign of numbers that are not negative: + or a blank, null for none.</summary>
    public char? Sign { get; init; }

    /// <summary>Whether a prefix such as 0x is written.</summary>
    public bool Alternate { get; init; }

    /// <summary>Least characters of the field.</summary>
    public int Width { get; init; }

    /// <summary>What stands between groups of three digits, null for nothing.</summary>
    public string? Grouping { get; init; }

    /// <summary>Digits after the point, or most characters of a text; null where none is given.</summary>
    public int? Precision { get; init; }

    /// <summary>The type: s d f e g x o b c %, null for the value's own.</summary>
    public char? Type { get; init; }

    /// <summary>Reads a specification as str.format() has it.</summary>
    /// <exception cref="TemplateError">It is none.</exception>
    public static FormatSpec Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success) throw new TemplateError($"Invalid format specifier '{text}'");
        var zero = match.Groups["zero"].Success;
        return new FormatSpec
        {
            Fill = match.Groups["fill"].Value is [var fill] ? fill : zero ? '0' : ' ',
            Align = match.Groups["align"].Value is [var align] ? align : zero ? '=' : null,
            Sign = match.Groups["sign"].Value is "+" or " " ? match.Groups["sign"].Value[0] : null,
            Alternate = match.Groups["alternate"].Success,
            Width = Digits(match.Groups["width"].Value) ?? 0,
            Grouping = match.Groups["grouping"].Value is { Length: > 0 } grouping ? grouping : null,
            Precision = Digits(match.Groups["precision"].Value, MostDigits),
            Type = match.Groups["type"].Value is [var type] ? type : null,
        };
    }

    /// <summary>The number of a width or precision, null for none.</summary>
    /// <exception cref="TemplateError">It is beyond the limit.</exception>
    public static int? Digits(string digits, int most = TemplateLimits.Elements)
    {
        if (digits.Length == 0) return null;
        return int.TryParse(digits, out var number) && number <= most ? number : throw new TemplateError($"a format field is wider or has more digits than {most}");
    }

    /// <summary>Writes a value.</summary>
    /// <exception cref="TemplateError">The type does not fit the value.</exception>
    public string Format(RenderState state, object value)
    {
        state.Room(Width);
        state.Charge(Precision ?? 0);
        if (Number.Is(value)) return Aligned(NumberText(value), '>');
        if (Type is not (null or 's')) throw new TemplateError($"Unknown format code '{Type}' for object of type '{TypeName.Of(value)}'");
        var text = Repr.Text(value);
        return Aligned(("", Precision < CodePoints.Count(text) ? text[..CodePoints.Position(text, Precision.Value)] : text), '<');
    }

    private (string Sign, string Body) NumberText(object value)
    {
        var negative = value is double real ? double.IsNegative(real) && !double.IsNaN(real) : Number.Integer(value)!.Value.Sign < 0;
        var sign = negative ? "-" : Sign?.ToString() ?? "";
        var body = Type switch
        {
            'f' or 'F' or 'e' or 'E' or 'g' or 'G' or '%' => FloatText.Of(Math.Abs(Number.Float(value)), Type.Value, Precision),
            null or 'n' when value is double number => Precision is null ? Repr.Of(Math.Abs(number)) : FloatText.Of(Math.Abs(number), 'g', Precision),
            _ when Number.Integer(value) is { } integer => IntegerText(BigInteger.Abs(integer)),
            _ => throw new TemplateError($"Unknown format code '{Type}' for object of type '{TypeName.Of(value)}'"),
        };
        return (sign, Grouping is null ? body : Grouped(body));
    }

    private string IntegerText(BigInteger number) => Type switch
    {
        'x' => (Alternate ? "0x" : "") + Hex(number),
        'X' => (Alternate ? "0X" : "") + Hex(number).ToUpperInvariant(),
        'b' => (Alternate ? "0b" : "") + Trimmed(number.ToString("b", CultureInfo.InvariantCulture)),
        'o' => (Alternate ? "0o" : "") + Octal(number),
        'c' => char.ConvertFromUtf32((int)number),
        null or 'd' or 'n' => number.ToString(),
        _ => throw new TemplateError($"Unknown format code '{Type}' for object of type 'int'"),
    };

    private static string Hex(BigInteger number) => Trimmed(number.ToString("x", CultureInfo.InvariantCulture));

    private static string Trimmed(string digits) => digits.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0";

    private static string Octal(BigInteger number)
    {
        var bits = number.ToString("b", CultureInfo.InvariantCulture);
        bits = bits.PadLeft((bits.Length + 2) / 3 * 3, '0');
        return Trimmed(string.Concat(bits.Chunk(3).Select(three => Convert.ToInt32(new string(three), 2))));
    }

    private string Grouped(string body)
    {
        var end = body.AsSpan().IndexOfAnyExceptInRange('0', '9') is var at && at < 0 ? body.Length : at;
        for (var i = end - 3; i > 0; i -= 3) body = body.Insert(i, Grouping!);
        return body;
    }

    private string Aligned((string Sign, string Body) text, char usual)
    {
        var missing = Width - CodePoints.Count(text.Sign) - CodePoints.Count(text.Body);
        if (missing <= 0) return text.Sign + text.Body;
        var fill = new string(Fill, missing);
        return (Align ?? usual) switch
        {
            '<' => text.Sign + text.Body + fill,
            '^' => fill[..(missing / 2)] + text.Sign + text.Body + fill[(missing / 2)..],
            '=' => text.Sign + fill + text.Body,
            _ => fill + text.Sign + text.Body,
        };
    }

    [GeneratedRegex(@"^(?:(?<fill>.)(?=[<>=^]))?(?<align>[<>=^])?(?<sign>[-+ ])?(?<alternate>\#)?(?<zero>0)?(?<width>\d*)(?<grouping>[,_])?(?:\.(?<precision>\d+))?(?<type>[a-zA-Z%])?$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
