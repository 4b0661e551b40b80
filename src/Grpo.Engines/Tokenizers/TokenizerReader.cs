using System.Text.Json;
using Grpo.Engines.Tokenizers.AddedTokens;
using Grpo.Engines.Tokenizers.Bpe;
using Grpo.Engines.Tokenizers.Decoders;
using Grpo.Engines.Tokenizers.Normalizers;
using Grpo.Engines.Tokenizers.PostProcessors;
using Grpo.Engines.Tokenizers.PreTokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers;

/// <summary>What a tokenizer.json describes, ready to run.</summary>
internal sealed record TokenizerParts
{
    public required BpeModel Model { get; init; }

    public required AddedVocabulary Added { get; init; }

    public required Func<string, string>? Normalizer { get; init; }

    /// <summary>The first pre-tokenizer, or the model itself.</summary>
    public required IPieceSink FirstStep { get; init; }

    public required SpecialTokenTemplate Template { get; init; }

    public required Func<IReadOnlyList<string>, IReadOnlyList<string>>? Decoder { get; init; }
}

/// <summary>Reads tokenizer.json. The fields truncation and padding are left aside, as callers of the reference library override them too.</summary>
internal static class TokenizerReader
{
    public static TokenizerParts Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
            return ReadFields(utf8.StartsWith(byteOrderMark) ? utf8[3..] : utf8);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ModelLoadException($"tokenizer.json is damaged: {e.Message}", e);
        }
    }

    private static TokenizerParts ReadFields(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        BpeModel? model = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == "model" && reader.TokenType == JsonTokenType.StartObject) model = BpeReader.Read(ref reader);
            else fields[name] = JsonElement.ParseValue(ref reader);
        }

        return Assemble(model ?? throw new ModelLoadException("tokenizer.json has no model."), fields);
    }

    private static TokenizerParts Assemble(BpeModel model, Dictionary<string, JsonElement> fields)
    {
        Func<string, string>? normalizer = Find(fields, "normalizer") is { } text ? NormalizerReader.Read(text) : null;
        return new TokenizerParts
        {
            Model = model,
            Added = new AddedVocabulary(AddedTokens(model, fields), normalizer ?? (content => content)),
            Normalizer = normalizer,
            FirstStep = Find(fields, "pre_tokenizer") is { } split ? PreTokenizerReader.Read(split, model) : model,
            Template = Find(fields, "post_processor") is { } template ? SpecialTokenTemplate.Read(template) : SpecialTokenTemplate.None,
            Decoder = Find(fields, "decoder") is { } decoder ? DecoderReader.Read(decoder) : null,
        };
    }

    private static Component? Find(Dictionary<string, JsonElement> fields, string name) =>
        fields.TryGetValue(name, out JsonElement json) && json.ValueKind != JsonValueKind.Null ? new Component(name, json) : null;

    /// <summary>A token that the model knows too has the model's id, whatever the list says.</summary>
    private static List<AddedToken> AddedTokens(BpeModel model, Dictionary<string, JsonElement> fields)
    {
        if (!fields.TryGetValue("added_tokens", out JsonElement json) || json.ValueKind == JsonValueKind.Null) return [];
        return [.. json.EnumerateArray().Select(AddedToken.Read).Select(token =>
            model.Vocabulary.IdOf(token.Content) is >= 0 and var known ? token with { Id = known } : token)];
    }
}
