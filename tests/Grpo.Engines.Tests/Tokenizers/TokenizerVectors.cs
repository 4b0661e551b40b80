using System.Text.Json;
using Grpo.Engines.Tokenizers;
using Grpo.Testing;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>A published text and what its tokenizer makes of it.</summary>
internal sealed record TokenizerVector(string Text, int[] Ids, bool AddSpecialTokens, bool ParseSpecial, string? Decoded, string? DecodedWithoutSpecial)
{
    public static List<TokenizerVector> ReadAll(string tokenizer) =>
        [.. File.ReadLines(TestData.Path($"tokenizers/{tokenizer}/vectors.jsonl")).Select(Read)];

    public bool IsEncodedBy(Tokenizer tokenizer) => tokenizer.Encode(Text, AddSpecialTokens, ParseSpecial).SequenceEqual(Ids);

    public bool IsDecodedBy(Tokenizer tokenizer) =>
        (Decoded is null || tokenizer.Decode(Ids, skipSpecialTokens: false) == Decoded)
        && (DecodedWithoutSpecial is null || tokenizer.Decode(Ids, skipSpecialTokens: true) == DecodedWithoutSpecial);

    private static TokenizerVector Read(string line)
    {
        using var document = JsonDocument.Parse(line);
        JsonElement row = document.RootElement;
        return new TokenizerVector(
            row.GetProperty("text").GetString()!,
            [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())],
            row.GetProperty("add_special_tokens").GetBoolean(),
            !row.TryGetProperty("parse_special", out JsonElement parse) || parse.GetBoolean(),
            Field(row, "decoded_with_special"),
            Field(row, "decoded_without_special"));
    }

    private static string? Field(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
