using Grpo.Engines.Tokenizers.Patterns;

namespace Grpo.Engines.Tokenizers.Normalizers;

/// <summary>Builds the function a normalizer object describes: text to text, without state.</summary>
internal static class NormalizerReader
{
    public static Func<string, string> Read(Component component) => component.Type switch
    {
        "Sequence" => Chain(component.Members("normalizers").Select(Read).ToArray()),
        "NFC" => new UnicodeForm(compatibility: false, compose: true).Apply,
        "NFD" => new UnicodeForm(compatibility: false, compose: false).Apply,
        "NFKC" => new UnicodeForm(compatibility: true, compose: true).Apply,
        "NFKD" => new UnicodeForm(compatibility: true, compose: false).Apply,
        "Lowercase" => Lowercase,
        "Prepend" => Prepend(component.Text("prepend")),
        "Replace" => Replace(component),
        "Strip" => Strip(component.Flag("strip_left", true), component.Flag("strip_right", true)),
        _ => throw component.Unsupported(),
    };

    private static Func<string, string> Chain(Func<string, string>[] members) =>
        text => members.Aggregate(text, (current, member) => member(current));

    /// <summary>The capital I with a dot is the one letter whose lower case is two characters; .NET leaves it as it is.</summary>
    private static string Lowercase(string text) => text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal);

    private static Func<string, string> Prepend(string prefix) => text => text.Length == 0 ? text : prefix + text;

    private static Func<string, string> Replace(Component component)
    {
        SplitPattern pattern = component.Pattern("pattern");
        string content = component.Text("content");
        return text => pattern.Replace(text, content);
    }

    private static Func<string, string> Strip(bool left, bool right) => text =>
    {
        int start = 0, end = text.Length;
        while (left && start < end && UnicodeProperties.Space.Contains(text[start])) start++;
        while (right && end > start && UnicodeProperties.Space.Contains(text[end - 1])) end--;
        return text[start..end];
    };
}
