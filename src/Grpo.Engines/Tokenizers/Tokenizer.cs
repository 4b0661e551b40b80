using Grpo.Engines.Tokenizers.AddedTokens;
using Grpo.Engines.Tokenizers.Bpe;
using Grpo.Engines.Tokenizers.PostProcessors;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers;

/// <summary>A byte pair encoding tokenizer as a Hugging Face tokenizer.json describes it. Immutable; safe for many threads.</summary>
public sealed class Tokenizer
{
    private readonly AddedVocabulary _added;
    private readonly Vocabulary _vocabulary;
    private readonly TextEncoder _encoder;
    private readonly SpecialTokenTemplate _template;
    private readonly Func<IReadOnlyList<string>, IReadOnlyList<string>>? _decoder;

    internal Tokenizer(TokenizerParts parts)
    {
        _added = parts.Added;
        _vocabulary = parts.Model.Vocabulary;
        _encoder = new TextEncoder(parts.Added, parts.Normalizer, parts.FirstStep);
        _template = parts.Template;
        _decoder = parts.Decoder;
        VocabSize = Math.Max(_vocabulary.IdLimit, _added.IdLimit);
    }

    /// <summary>One more than the highest token id, added tokens included. A model's logits may be wider.</summary>
    public int VocabSize { get; }

    /// <summary>Reads tokenizer.json of a model folder.</summary>
    /// <exception cref="ModelLoadException">The file is missing, damaged, or uses a component that is not supported.</exception>
    public static Tokenizer Load(string folder)
    {
        string path = Path.Combine(folder, "tokenizer.json");
        try
        {
            return FromJson(File.ReadAllBytes(path));
        }
        catch (IOException e)
        {
            throw new ModelLoadException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the UTF-8 text of a tokenizer.json.</summary>
    /// <exception cref="ModelLoadException">The text is damaged or uses a component that is not supported; the message names it.</exception>
    public static Tokenizer FromJson(ReadOnlySpan<byte> utf8) => new(TokenizerReader.Read(utf8));

    /// <summary>Token ids of a text.</summary>
    /// <param name="text">The text; halves of surrogate pairs count as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the post-processor's own tokens (begin, end of text) are added.</param>
    /// <param name="parseSpecial">Whether special tokens written in the text become their ids; added tokens that are not special always do.</param>
    public int[] Encode(string text, bool addSpecialTokens, bool parseSpecial = true)
    {
        var tokenIds = new List<int>(text.Length / 3 + 8);
        if (addSpecialTokens) tokenIds.AddRange(_template.Before);
        _encoder.Encode(text, parseSpecial, tokenIds);
        if (addSpecialTokens) tokenIds.AddRange(_template.After);
        return [.. tokenIds];
    }

    /// <summary>Text of token ids. Bytes that are no valid UTF-8 become U+FFFD; ids without a token are left out.</summary>
    /// <param name="tokenIds">The ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens)
    {
        var tokens = new List<string>(tokenIds.Length);
        foreach (int id in tokenIds)
        {
            if (!(skipSpecialTokens && _added.IsSpecial(id)) && TokenOf(id) is { } token) tokens.Add(token);
        }

        return _decoder is null ? string.Join(' ', tokens) : string.Concat(_decoder(tokens));
    }

    /// <summary>The token as written in the vocabulary, or null for an id without one.</summary>
    public string? TokenOf(int id) => _added.ContentOf(id) ?? (_vocabulary.Contains(id) ? _vocabulary.TextOf(id).ToString() : null);

    /// <summary>The id of a token as written in the vocabulary, or null for none.</summary>
    public int? IdOf(string token) => _added.IdOf(token) ?? (_vocabulary.IdOf(token) is >= 0 and var id ? id : null);
}
