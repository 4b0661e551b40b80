using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Values of JSON: integers stay integers whatever their size, the order of keys is kept, of repeated keys the last one counts.</summary>
internal static class JsonValue
{
    /// <summary>The value of a node; a null node is None.</summary>
    public static object Of(JsonNode? node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (node)
        {
            case null:
                return None.Value;
            case JsonArray array:
                return new PyList([.. array.Select(Of)]);
            case JsonObject entries:
                var dict = new PyDict();
                foreach (var (key, value) in entries) dict.Set(key, Of(value));
                return dict;
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.String => node.GetValue<string>(),
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    JsonValueKind.Null => None.Value,
                    _ => NumberOf(node.ToJsonString()),
                };
        }
    }

    /// <summary>The value of a JSON text.</summary>
    /// <exception cref="TemplateError">The text is no JSON.</exception>
    public static object Parse(string json)
    {
        try
        {
            return Of(JsonNode.Parse(json));
        }
        catch (JsonException exception)
        {
            throw new TemplateError($"invalid JSON: {exception.Message}");
        }
    }

    private static object NumberOf(string literal)
    {
        if (literal.AsSpan().IndexOfAny('.', 'e', 'E') >= 0) return double.Parse(literal);
        return Number.Parse(literal) ?? throw new TemplateError($"an integer has more than {TemplateLimits.IntegerBits} bits");
    }
}
