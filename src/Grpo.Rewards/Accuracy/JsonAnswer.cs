using System.Text.Json;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy;

/// <summary>Finds the JSON value in a completion.</summary>
internal static class JsonAnswer
{
    /// <summary>Characters of one answer.</summary>
    public const int MaxLength = 1_000_000;

    private const string Fence = "```";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>The value in the last fenced block that is JSON, else in the last <c>&lt;answer&gt;</c>, else the whole text; null when none of them is JSON.</summary>
    /// <exception cref="MathBudgetException">What could be the answer is too long.</exception>
    public static JsonElement? Of(string completion, AnswerScope scope)
    {
        if (scope == AnswerScope.AnswerTag)
            return AnswerExtractor.ExtractText(completion, scope) is { } tagged ? Fenced(tagged.Text) ?? Parse(tagged.Text) : null;
        var text = AnswerExtractor.InScope(completion, scope);
        if (Fenced(text) is { } fenced)
            return fenced;
        return AnswerExtractor.ExtractText(completion, scope) is { Source: "answer_tag" } answer && Parse(answer.Text) is { } value ? value : Parse(text);
    }

    /// <summary>The last closed block with the language json; without one, the last closed block.</summary>
    private static JsonElement? Fenced(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> last = default;
        var lastIsNamed = false;
        while (text.IndexOf(Fence) is >= 0 and var open)
        {
            var body = text[(open + Fence.Length)..];
            var close = body.IndexOf(Fence);
            if (close < 0)
                break;
            var block = body[..close];
            var named = block.StartsWith("json", StringComparison.OrdinalIgnoreCase);
            if (named || !lastIsNamed)
            {
                last = named ? block[4..] : block;
                lastIsNamed = named;
            }
            text = body[(close + Fence.Length)..];
        }
        return last.IsEmpty ? null : Parse(last);
    }

    private static JsonElement? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
            throw new MathBudgetException($"the answer has more than {MaxLength} characters");
        try
        {
            using var document = JsonDocument.Parse(text.ToString(), Options);
            if (text.Contains(@"\ud", StringComparison.OrdinalIgnoreCase))
                ReadTexts(document.RootElement);
            return document.RootElement.Clone();
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            return null; // the last two: half a surrogate pair, as it is or escaped
        }
    }

    /// <summary>Reads every text once: the parser lets an escaped half of a surrogate pair pass.</summary>
    private static void ReadTexts(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            value.GetString();
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                ReadTexts(item);
        }
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in value.EnumerateObject())
            {
                _ = field.Name;
                ReadTexts(field.Value);
            }
        }
    }
}
