namespace Grpo.Engines.Tokenizers.AddedTokens;

/// <summary>All added tokens of a tokenizer: by id, by content, and as matchers of the raw and of the normalized text.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);

    /// <summary>The vocabulary of these tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="normalize">The tokenizer's normalizer: tokens that are looked for in normalized text are written as it writes them.</param>
    public AddedVocabulary(IReadOnlyList<AddedToken> tokens, Func<string, string> normalize)
    {
        foreach (AddedToken token in tokens)
        {
            _byId[token.Id] = token;
            _byContent[token.Content] = token;
        }

        Raw = new AddedTokenMatcher(tokens.Where(token => !token.Normalized).Select(token => KeyValuePair.Create(token.Content, token)));
        Normalized = new AddedTokenMatcher(tokens.Where(token => token.Normalized).Select(token => KeyValuePair.Create(normalize(token.Content), token)));
    }

    public AddedTokenMatcher Raw { get; }

    public AddedTokenMatcher Normalized { get; }

    /// <summary>The highest id, plus one.</summary>
    public int IdLimit => _byId.Count == 0 ? 0 : _byId.Keys.Max() + 1;

    public string? ContentOf(int id) => _byId.GetValueOrDefault(id)?.Content;

    public int? IdOf(string content) => _byContent.GetValueOrDefault(content)?.Id;

    public bool IsSpecial(int id) => _byId.TryGetValue(id, out AddedToken? token) && token.Special;
}
