using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace GrpoApi.Features.Compat.Sampling;

/// <summary>The text of one completion as its tokens come. What could become a stop string is held back until it is known not to.</summary>
/// <param name="tokenizer">The policy's.</param>
/// <param name="stops">The stop strings.</param>
internal sealed class StreamedText(IPolicyTokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly IncrementalDecoder _decoder = new(tokenizer);
    private readonly int _heldBack = stops.Count == 0 ? 0 : stops.Max(stop => stop.Length) - 1;
    private List<CompletionToken> _untold = [];
    private string _pending = "";
    private int _length;
    private bool _hasEnded;

    /// <summary>Takes the next token.</summary>
    /// <returns>A piece; null while there is no text to tell.</returns>
    public SampledPiece? Append(CompletionToken token)
    {
        Take(token);
        if (token.FinishReason is { } reason) return Finish(token.PromptIndex, token.Index, reason, token.StopReason);
        var length = Math.Max(0, _pending.Length - _heldBack);
        if (length > 0 && char.IsHighSurrogate(_pending[length - 1])) length--;
        return length == 0 ? null : Piece(token.PromptIndex, token.Index, length);
    }

    /// <summary>Takes what has not been told of a completion that has ended.</summary>
    /// <returns>The last piece; null when its end has been told.</returns>
    public SampledPiece? End(int promptIndex, Completion completion)
    {
        if (_hasEnded) return null;
        for (var t = _length; t < completion.TokenIds.Length; t++)
        {
            var isLast = t == completion.TokenIds.Length - 1;
            Take(new CompletionToken
            {
                PromptIndex = promptIndex,
                Index = completion.Index,
                TokenId = completion.TokenIds[t],
                Logprob = completion.Logprobs[t],
                TopLogprobs = completion.TopLogprobs?[t],
                FinishReason = isLast ? completion.FinishReason : null,
                StopReason = isLast ? completion.StopReason : null,
            });
        }

        return Finish(promptIndex, completion.Index, completion.FinishReason, completion.StopReason);
    }

    private void Take(CompletionToken token)
    {
        _length++;
        _untold.Add(token);

        // The token that ended the completion is no text of it.
        if (token is not { FinishReason: FinishReason.Stop, StopReason: not StopReason.Text }) _pending += _decoder.Append(token.TokenId);
    }

    private SampledPiece Finish(int promptIndex, int index, FinishReason reason, StopReason? cause)
    {
        _hasEnded = true;
        _pending += _decoder.Flush();
        if (cause is StopReason.Text stop && _pending.IndexOf(stop.Value, StringComparison.Ordinal) is >= 0 and var at) _pending = _pending[..at];
        return Piece(promptIndex, index, _pending.Length) with { FinishReason = reason, StopReason = cause };
    }

    private SampledPiece Piece(int promptIndex, int index, int length)
    {
        var piece = new SampledPiece { PromptIndex = promptIndex, Index = index, Tokens = _untold, Text = _pending[..length] };
        (_untold, _pending) = ([], _pending[length..]);
        return piece;
    }
}
