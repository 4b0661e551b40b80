using System.Text.Json;

namespace Grpo.Rewards.Accuracy;

/// <summary>Finds the JSON value in a completion.</summary>
internal static class JsonAnswer
{
    private const string Fence = "```";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>The value in the last fenced block that is JSON, else in the last <c>&lt;answer&gt;</c>, else the whole text; null when none of them is JSON.</summary>
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
        try
        {
            using var document = JsonDocument.Parse(text.ToString(), Options);
            return document.RootElement.Clone();
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            return null; // ArgumentException: half a surrogate pair
        }
    }
}
