using System.Runtime.InteropServices;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers;

/// <summary>
/// Decodes tokens as they come. One token alone has no text of its own: a character may be spread over several, and decoders treat the
/// beginning of a text specially. So the last completed stretch is decoded again with each new token and the difference is the new text
/// (tokenizers/src/tokenizer/mod.rs, step_decode_stream). Special tokens are left out. Not safe for several threads.
/// </summary>
/// <remarks>
/// The parts together are the decoded whole, but for one case: with byte fallback, a byte that makes a run of bytes invalid turns the
/// whole run into U+FFFD, also those that were completed and given out before.
/// </remarks>
/// <param name="tokenizer">The policy's tokenizer.</param>
public sealed class IncrementalDecoder(IPolicyTokenizer tokenizer)
{
    private readonly List<int> _window = [];
    private int _completed;
    private string _completedText = "";

    /// <summary>Takes the next token.</summary>
    /// <returns>The text it completes; empty while a character is unfinished.</returns>
    public string Append(int tokenId)
    {
        _window.Add(tokenId);
        string text = Text();
        return text.Length > _completedText.Length && text[^1] != '\uFFFD' ? Complete(text) : "";
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back; bytes of an unfinished character are U+FFFD.</returns>
    public string Flush() => Complete(Text());

    private string Complete(string text)
    {
        string added = text.Length > _completedText.Length ? text[_completedText.Length..] : "";
        _window.RemoveRange(0, _completed);
        _completed = _window.Count;
        _completedText = Text();
        return added;
    }

    private string Text() => tokenizer.Decode(CollectionsMarshal.AsSpan(_window), skipSpecialTokens: true);
}
