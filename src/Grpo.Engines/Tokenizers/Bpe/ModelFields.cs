using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers.Bpe;

/// <summary>The scalar fields of a BPE model in tokenizer.json, checked for what is supported.</summary>
internal sealed class ModelFields
{
    private string? _unknownToken;
    private bool _fuseUnknown;
    private bool _byteFallback;
    private bool _ignoreMerges;
    private string? _refusal;

    /// <summary>The model's type; old files leave it out.</summary>
    public string? Type { get; private set; }

    /// <summary>Reads the value the reader stands on.</summary>
    public void Read(string name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case "type": Type = reader.GetString(); break;
            case "unk_token": _unknownToken = reader.GetString(); break;
            case "fuse_unk": _fuseUnknown = IsTrue(ref reader); break;
            case "byte_fallback": _byteFallback = IsTrue(ref reader); break;
            case "ignore_merges": _ignoreMerges = IsTrue(ref reader); break;
            case "dropout" when reader.TokenType == JsonTokenType.Number && reader.GetDouble() != 0:
                _refusal = "with dropout is not supported: the same text would give different tokens";
                break;
            case "continuing_subword_prefix" or "end_of_word_suffix" when reader.TokenType == JsonTokenType.String && reader.GetString() != "":
                _refusal = $"with {name} is not supported";
                break;
            default: reader.Skip(); break;
        }
    }

    /// <summary>Throws unless this is a BPE model of a supported kind.</summary>
    public void Refuse(bool hasMerges)
    {
        if (Type is not (null or "BPE")) throw BpeReader.Unsupported(Type);
        if (Type is null && !hasMerges) throw BpeReader.Unsupported("without type and merges");
        if (_refusal is not null) throw new ModelLoadException($"tokenizer.json: model BPE {_refusal}.");
    }

    public BpeOptions ToOptions(Vocabulary vocabulary, bool cutBeforeMark) => new()
    {
        UnknownId = _unknownToken is null ? -1 : vocabulary.IdOf(_unknownToken),
        FuseUnknown = _fuseUnknown,
        ByteFallbackIds = _byteFallback ? [.. Enumerable.Range(0, 256).Select(value => vocabulary.IdOf($"<0x{value:X2}>"))] : null,
        IgnoreMerges = _ignoreMerges,
        WordsEndBeforeMark = cutBeforeMark && !_ignoreMerges,
    };

    private static bool IsTrue(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.True;
}
