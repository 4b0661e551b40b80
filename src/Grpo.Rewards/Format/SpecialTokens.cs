namespace Grpo.Rewards.Format;

/// <summary>End-of-turn tokens that a decoder left in the text.</summary>
internal static class SpecialTokens
{
    private static readonly string[] Words = ["</s>", "<eos>", "<end_of_turn>", "<pad>"];

    /// <summary>The text without special tokens at its end: <c>&lt;|…|&gt;</c>, <c>&lt;｜…｜&gt;</c>, <c>&lt;/s&gt;</c> and their kin.</summary>
    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var trimmed = text.TrimEnd();
            var length = LengthAtEnd(trimmed);
            if (length == 0)
                return text;
            text = trimmed[..^length];
        }
    }

    private static int LengthAtEnd(ReadOnlySpan<char> text)
    {
        foreach (var word in Words)
        {
            if (text.EndsWith(word))
                return word.Length;
        }
        if (text.Length < 5 || text[^1] != '>' || text[^2] is not ('|' or '｜'))
            return 0;
        // Names of special tokens are short: looking further back would make long texts of '|>' slow.
        var window = text[^int.Min(text.Length, 64)..];
        var open = window[..^2].LastIndexOf('<');
        return open >= 0 && window[open + 1] == text[^2] && window.Length - open > 4 ? window.Length - open : 0;
    }
}
