using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Scheduling;

/// <summary>Token n is the n-th letter.</summary>
internal sealed class LetterTokenizer : IPolicyTokenizer
{
    public int[] Encode(string text, bool addSpecialTokens) => [.. text.Select(letter => letter - 'a')];

    public string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens) =>
        string.Create(tokenIds.Length, tokenIds.ToArray(), (letters, ids) =>
        {
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = (char)('a' + ids[i]);
            }
        });

    public string? TokenOf(int tokenId) => ((char)('a' + tokenId)).ToString();

    public string RenderChat(ChatRequest request) => throw new ChatTemplateException("Letters have no chat template.");
}
