using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Grpo.Engines.ChatTemplates.Evaluation;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's str() and repr().</summary>
internal static class Repr
{
    /// <summary>str(): text as it is, everything else as repr().</summary>
    public static string Text(object value) => value switch
    {
        string text => text,
        Markup markup => markup.Text,
        Undefined => "",
        _ => Of(value),
    };

    /// <summary>repr(): text in quotes, floats in their shortest form that reads back the same.</summary>
    public static string Of(object value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    /// <summary>repr() of a float.</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value)) return "nan";
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        if (value == 0) return double.IsNegative(value) ? "-0.0" : "0.0";
        var (digits, exponent) = Digits(value);
        var sign = value < 0 ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length > exponent + 1
            ? $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}"
            : $"{sign}{digits.PadRight(exponent + 1, '0')}.0";
    }

    /// <summary>The shortest digits d.ddd and the exponent of ten.</summary>
    private static (string Digits, int Exponent) Digits(double value)
    {
        var shortest = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        for (var precision = 0; precision < 17; precision++)
        {
            var candidate = Math.Abs(value).ToString("E" + precision, CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) != Math.Abs(value)) continue;
            shortest = candidate;
            break;
        }

        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        var digits = shortest[..mark].Replace(".", "").TrimEnd('0');
        return (digits.Length == 0 ? "0" : digits, int.Parse(shortest[(mark + 1)..], CultureInfo.InvariantCulture));
    }

    private static void Append(StringBuilder text, object value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case None: text.Append("None"); break;
            case bool flag: text.Append(flag ? "True" : "False"); break;
            case BigInteger number: text.Append(number); break;
            case double number: text.Append(Of(number)); break;
            case string literal: Quote(text, literal); break;
            case Markup markup: Quote(text.Append("Markup("), markup.Text).Append(')'); break;
            case Undefined: text.Append("Undefined"); break;
            case PyList list: Join(text, "[", list.Items, "]"); break;
            case PyTuple tuple: Join(text, "(", tuple.Items, tuple.Items.Count == 1 ? ",)" : ")"); break;
            case PyView view: Join(text, $"dict_{view.Kind}([", view.Items, "])"); break;
            case PyRange { Step: 1 } range: text.Append($"range({range.Start}, {range.Stop})"); break;
            case PyRange range: text.Append($"range({range.Start}, {range.Stop}, {range.Step})"); break;
            case PyDict dict: Append(text, dict); break;
            default: text.Append('<').Append(TypeName.Of(value)).Append('>'); break;
        }

        if (text.Length > TemplateLimits.Characters) throw RenderState.TextTooLong();
    }

    private static void Join(StringBuilder text, string open, IReadOnlyList<object> items, string close)
    {
        text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) text.Append(", ");
            Append(text, items[i]);
        }

        text.Append(close);
    }

    private static void Append(StringBuilder text, PyDict dict)
    {
        var separator = "{";
        foreach (var (key, value) in dict.Entries)
        {
            text.Append(separator);
            Append(text, key);
            text.Append(": ");
            Append(text, value);
            separator = ", ";
        }

        text.Append(dict.Count == 0 ? "{}" : "}");
    }

    private static StringBuilder Quote(StringBuilder text, string value)
    {
        var quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        text.Append(quote);
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value == quote || rune.Value == '\\') text.Append('\\').Append((char)rune.Value);
            else if (rune.Value == '\n') text.Append("\\n");
            else if (rune.Value == '\r') text.Append("\\r");
            else if (rune.Value == '\t') text.Append("\\t");
            else if (rune.Value == ' ' || IsPrintable(rune)) text.Append(rune);
            else if (rune.Value < 0x100) text.Append($"\\x{rune.Value:x2}");
            else if (rune.Value < 0x10000) text.Append($"\\u{rune.Value:x4}");
            else text.Append($"\\U{rune.Value:x8}");
        }

        return text.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
