using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Requests;
using Grpo.Rollouts;

namespace Grpo.Jobs.Datasets;

/// <summary>The prompt of one row.</summary>
/// <param name="Messages">The conversation; null for raw text.</param>
/// <param name="Text">The raw text; null for a conversation.</param>
/// <param name="Reference">What is known to be right; null when nothing is.</param>
public sealed record RowPrompt(IReadOnlyList<JsonObject>? Messages, string? Text, JsonElement? Reference)
{
    /// <summary>The prompt as a policy reads it.</summary>
    /// <exception cref="ChatTemplateException">The policy's template refuses the conversation.</exception>
    public string Render(IPolicyTokenizer tokenizer) => Text ?? tokenizer.RenderChat(new ChatRequest { Messages = Messages! });
}

/// <summary>Turns rows into prompts.</summary>
/// <param name="prompt">How.</param>
/// <param name="reference">What is known to be right, as a template.</param>
public sealed class RowPrompts(PromptTemplate prompt, JsonElement? reference)
{
    private readonly JsonNode? _reference = reference is { } given ? JsonNode.Parse(given.GetRawText()) : null;

    /// <summary>The prompt of a row.</summary>
    /// <exception cref="DatasetException">The row lacks a field, or its conversation is none.</exception>
    public RowPrompt Of(JsonElement row)
    {
        var known = _reference is null ? (JsonElement?)null : JsonSerializer.SerializeToElement(FieldTemplate.Fill(_reference, row, "reference"));
        if (prompt.Text is { } text) return new RowPrompt(null, FieldTemplate.Fill(text, row, "prompt.text"), known);
        if (prompt.MessagesField is { } field) return new RowPrompt(Conversation(row, field), null, known);
        return new RowPrompt([.. prompt.Messages!.Select((message, index) => FieldTemplate.Fill(message, row, $"prompt.messages[{index}]")!.AsObject())], null, known);
    }

    private static List<JsonObject> Conversation(JsonElement row, string field)
    {
        if (!row.TryGetProperty(field, out var value) || value.ValueKind != JsonValueKind.Array) throw new DatasetException("prompt.messages_field", $"The row has no list of messages in the field '{field}'.");
        var messages = new List<JsonObject>();
        foreach (var message in value.EnumerateArray())
        {
            messages.Add(message.ValueKind == JsonValueKind.Object && message.TryGetProperty("role", out _) ? JsonObject.Create(message)! : throw new DatasetException("prompt.messages_field", $"The field '{field}' holds something that is no message with a role."));
        }

        if (messages.Count > 0 && (string?)messages[^1]["role"] == "assistant") messages.RemoveAt(messages.Count - 1);
        return messages.Count > 0 ? messages : throw new DatasetException("prompt.messages_field", $"The conversation in the field '{field}' is empty.");
    }
}
