using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Values as texts that are equal exactly when the values are: numbers by value, fields in any order.</summary>
internal static class JsonCanonical
{
    /// <summary>The text of a value.</summary>
    public static string Of(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var field in value.EnumerateObject())
                    fields[field.Name] = field.Value;
                text.Append('{');
                foreach (var (name, inner) in fields)
                {
                    AppendText(text, name);
                    Append(text, inner);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in value.EnumerateArray())
                    Append(text, item);
                text.Append(']');
                break;
            case JsonValueKind.Number:
                var number = JsonNumber.Parse(value.GetRawText());
                text.Append(CultureInfo.InvariantCulture, $"#{number.Digits}e{number.Exponent};");
                break;
            case JsonValueKind.String:
                AppendText(text, value.GetString()!);
                break;
            default:
                text.Append((char)('A' + (int)value.ValueKind));
                break;
        }
    }

    /// <summary>The length goes before a text, so that no text can look like the end of another.</summary>
    private static void AppendText(StringBuilder text, string value) => text.Append(CultureInfo.InvariantCulture, $"\"{value.Length}:{value}");
}
