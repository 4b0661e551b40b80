using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Engines.ChatTemplates.Values;
using Grpo.Rollouts;

namespace Grpo.Engines.ChatTemplates;

/// <summary>The templates of a model folder, not parsed yet, and its special tokens.</summary>
/// <param name="Default">The template; null where only named ones exist and none is the default.</param>
/// <param name="ToolUse">The template when tools are given, null for the same one.</param>
/// <param name="SpecialTokens">Variables such as bos_token.</param>
internal sealed record TemplateSources(string? Default, string? ToolUse, IReadOnlyDictionary<string, object> SpecialTokens)
{
    /// <summary>Reads chat_template.jinja, else chat_template of tokenizer_config.json; null when the folder has neither.</summary>
    /// <exception cref="ChatTemplateException">A file cannot be read.</exception>
    public static TemplateSources? Read(string folder)
    {
        try
        {
            var config = ReadJson(Path.Combine(folder, "tokenizer_config.json"));
            var tokens = SpecialTokensOf(config, ReadJson(Path.Combine(folder, "special_tokens_map.json")));
            if (ReadText(Path.Combine(folder, "chat_template.jinja")) is { } source)
            {
                return new(source, ReadText(Path.Combine(folder, "additional_chat_templates", "tool_use.jinja")), tokens);
            }

            return config?["chat_template"] switch
            {
                null => null,
                JsonArray named => new(Named(named, "default"), Named(named, "tool_use"), tokens),
                var text => new(text.GetValue<string>(), null, tokens),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new ChatTemplateException($"The chat template cannot be read: {exception.Message}", exception);
        }
    }

    private static string? ReadText(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private static JsonObject? ReadJson(string path) => ReadText(path) is { } text ? JsonNode.Parse(text) as JsonObject : null;

    private static string? Named(JsonArray templates, string name) =>
        templates.OfType<JsonObject>().FirstOrDefault(template => template["name"]?.GetValue<string>() == name)?["template"]?.GetValue<string>();

    /// <summary>Every entry of a name that ends in _token; what tokenizer_config.json says comes before special_tokens_map.json.</summary>
    private static Dictionary<string, object> SpecialTokensOf(params JsonObject?[] files)
    {
        var tokens = new Dictionary<string, object>();
        foreach (var (name, value) in files.OfType<JsonObject>().SelectMany(file => file))
        {
            if (name.EndsWith("_token", StringComparison.Ordinal) && ContentOf(value) is { } content) tokens.TryAdd(name, content);
            if (name == "additional_special_tokens" && value is JsonArray list) tokens.TryAdd(name, new PyList([.. list.Select(ContentOf).OfType<string>()]));
        }

        return tokens;
    }

    private static string? ContentOf(JsonNode? token) => token switch
    {
        JsonObject described => ContentOf(described["content"]),
        System.Text.Json.Nodes.JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        _ => null,
    };
}
