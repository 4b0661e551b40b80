using Grpo.Engines.Tokenizers.Patterns;
using Grpo.Engines.Tokenizers.PreTokenizers;

namespace Grpo.Engines.Tokenizers.Decoders;

/// <summary>Builds the function a decoder object describes: token texts to text parts, without state.</summary>
internal static class DecoderReader
{
    public static Func<IReadOnlyList<string>, IReadOnlyList<string>> Read(Component component) => component.Type switch
    {
        "Sequence" => Chain(component.Members("decoders").Select(Read).ToArray()),
        "ByteLevel" => tokens => [ByteDecoding.OfByteLevel(tokens)],
        "ByteFallback" => ByteDecoding.OfByteFallback,
        "Fuse" => tokens => [string.Concat(tokens)],
        "Replace" => Replace(component.Pattern("pattern"), component.Text("content")),
        "Strip" => Strip(component.Character("content", ' '), component.Number("start"), component.Number("stop")),
        "Metaspace" => Metaspace(component.Character("replacement", '\u2581'), PreTokenizerReader.Scheme(component) != PrependScheme.Never),
        _ => throw component.Unsupported(),
    };

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Chain(Func<IReadOnlyList<string>, IReadOnlyList<string>>[] members) =>
        tokens => members.Aggregate(tokens, (current, member) => member(current));

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Replace(SplitPattern pattern, string content) =>
        tokens => [.. tokens.Select(token => pattern.Replace(token, content))];

    /// <summary>Takes up to so many of a character from the beginning and the end of each part.</summary>
    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Strip(char character, int start, int stop) => tokens =>
        [.. tokens.Select(token =>
        {
            int from = 0, to = token.Length;
            while (from < start && from < to && token[from] == character) from++;
            while (token.Length - to < stop && to > from && token[to - 1] == character) to--;
            return token[from..to];
        })];

    /// <summary>Marks are spaces again; those of the first token vanish if encoding had put one there.</summary>
    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Metaspace(char mark, bool prepended) => tokens =>
        [.. tokens.Select((token, index) => token.Replace(mark.ToString(), index == 0 && prepended ? "" : " ", StringComparison.Ordinal))];
}
