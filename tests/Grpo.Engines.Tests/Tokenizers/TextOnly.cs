using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>A tokenizer as a policy has it, without a chat template.</summary>
internal sealed class TextOnly(Tokenizer tokenizer) : IPolicyTokenizer
{
    public int[] Encode(string text, bool addSpecialTokens) => tokenizer.Encode(text, addSpecialTokens);

    public string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens) => tokenizer.Decode(tokenIds, skipSpecialTokens);

    public string? TokenOf(int tokenId) => tokenizer.TokenOf(tokenId);

    public string RenderChat(ChatRequest request) => throw new ChatTemplateException("no template");
}
