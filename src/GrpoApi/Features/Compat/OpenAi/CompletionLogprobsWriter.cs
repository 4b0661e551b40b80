using Grpo.Rollouts;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>Puts tokens and their log-probabilities into the form of OpenAI's completions.</summary>
/// <param name="tokenizer">The policy's.</param>
/// <param name="asIds">Whether tokens are written as ids.</param>
internal sealed class CompletionLogprobsWriter(IPolicyTokenizer tokenizer, bool asIds)
{
    private readonly List<string> _tokens = [];
    private readonly List<float?> _logprobs = [];
    private readonly List<IReadOnlyDictionary<string, float>?> _top = [];
    private readonly List<int> _offsets = [];
    private int _offset;

    /// <summary>Adds a token that has nothing before it.</summary>
    public void AddFirst(int tokenId) => Add(tokenId, null, null);

    /// <summary>Adds a token.</summary>
    /// <param name="tokenId">The token.</param>
    /// <param name="logprob">Its log-probability.</param>
    /// <param name="top">The most likely tokens at its position, the likeliest first; null when not asked for.</param>
    public void Add(int tokenId, float logprob, TokenLogprob[]? top)
    {
        // Two tokens may have one text, such as those of halves of characters: the likelier one stays, but for the token itself.
        var byText = new Dictionary<string, float> { [Text(tokenId)] = logprob };
        foreach (var one in top ?? []) byText.TryAdd(Text(one.TokenId), one.Logprob);
        Add(tokenId, logprob, byText);
    }

    /// <summary>What has been added since the last time.</summary>
    public CompletionLogprobs Take()
    {
        var taken = new CompletionLogprobs { Tokens = [.. _tokens], TokenLogprobs = [.. _logprobs], TopLogprobs = [.. _top], TextOffset = [.. _offsets] };
        _tokens.Clear();
        _logprobs.Clear();
        _top.Clear();
        _offsets.Clear();
        return taken;
    }

    private void Add(int tokenId, float? logprob, Dictionary<string, float>? top)
    {
        var text = Text(tokenId);
        _tokens.Add(text);
        _logprobs.Add(logprob);
        _top.Add(top);
        _offsets.Add(_offset);
        _offset += text.Length;
    }

    private string Text(int tokenId) => OpenAiWords.TextOf(tokenId, tokenizer, asIds);
}
