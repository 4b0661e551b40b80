using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace GrpoApi.Http;

/// <summary>
/// Reads JSON of any form at once. The built-in converter reads it when it is used, so that a field given twice or text that is no Unicode
/// would fail later and look like a fault of ours.
/// </summary>
internal sealed class JsonObjectConverter : JsonConverter<JsonObject>
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public override JsonObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        var element = JsonElement.ParseValue(ref reader);
        try
        {
            var json = JsonNode.Parse(element.GetRawText(), documentOptions: Strict)!.AsObject();
            Touch(json);
            return json;
        }
        catch (InvalidOperationException problem)
        {
            throw new JsonException("Holds text that is not valid Unicode.", problem);
        }
    }

    public override void Write(Utf8JsonWriter writer, JsonObject value, JsonSerializerOptions options) => value.WriteTo(writer, options);

    private static void Touch(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (_, value) in json) Touch(value);
                break;
            case JsonArray array:
                foreach (var item in array) Touch(item);
                break;
            case JsonValue value:
                value.TryGetValue<string>(out _);
                break;
        }
    }
}
