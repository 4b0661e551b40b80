using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Requests;

namespace Grpo.Jobs.Datasets;

/// <summary>The common forms of evaluation datasets, told by the fields of their first row.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Prompt">How its rows become prompts.</param>
/// <param name="Reference">What is known to be right; null when the row does not say.</param>
public sealed record DatasetFormat(string Name, PromptTemplate Prompt, JsonElement? Reference)
{
    /// <summary>The form of a row; null when it is none of the known ones.</summary>
    public static DatasetFormat? Of(JsonElement row)
    {
        if (Has(row, "messages", JsonValueKind.Array)) return new DatasetFormat("chat", new PromptTemplate { MessagesField = "messages" }, ReferenceTo(row, "answer", "solution"));
        if (Has(row, "prompt", JsonValueKind.Array)) return new DatasetFormat("chat", new PromptTemplate { MessagesField = "prompt" }, ReferenceTo(row, "answer", "solution"));
        if (Field(row, "question") is { } question) return new DatasetFormat("gsm8k", User(question), ReferenceTo(row, "answer", "solution"));
        if (Field(row, "problem") is { } problem) return new DatasetFormat(Field(row, "unique_id") is null ? "aime" : "math-500", User(problem), ReferenceTo(row, "answer", "solution"));
        return Field(row, "prompt") is { } prompt ? new DatasetFormat("prompt", User(prompt), ReferenceTo(row, "answer", "solution")) : null;
    }

    /// <summary>A conversation of one user message, the field.</summary>
    public static PromptTemplate User(string field) => new() { Messages = [new JsonObject { ["role"] = "user", ["content"] = $"{{{field}}}" }] };

    private static JsonElement? ReferenceTo(JsonElement row, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (Field(row, field) is { } found) return JsonSerializer.SerializeToElement(new JsonObject { ["answer"] = $"{{{found}}}" });
        }

        return null;
    }

    // AIME_2024 writes Problem and Answer, most others write lower case.
    private static string? Field(JsonElement row, string name) =>
        row.EnumerateObject().Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && field.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number).Select(field => field.Name).FirstOrDefault();

    private static bool Has(JsonElement row, string name, JsonValueKind kind) => row.TryGetProperty(name, out var value) && value.ValueKind == kind;
}
