using System.Text;
using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>Follows the text of one completion and finds the first stop string in it, across token borders.</summary>
/// <param name="tokenizer">Turns tokens into text.</param>
/// <param name="stops">The stop strings, none empty.</param>
internal sealed class StopStringWatch(IPolicyTokenizer tokenizer, string[] stops)
{
    private readonly IncrementalDecoder _decoder = new(tokenizer);
    private readonly StringBuilder _text = new();
    private readonly int _longest = stops.Max(stop => stop.Length);
    private int _cut = -1;

    /// <summary>The text before the stop string that was found.</summary>
    public string TextBeforeStop => _text.ToString(0, _cut);

    /// <summary>Adds a token.</summary>
    /// <param name="tokenId">The token.</param>
    /// <param name="mayStop">Whether the completion may end here; a stop string within its minimum length is plain text.</param>
    /// <returns>The stop string that the new text completes, the one that begins first when there are several; else null.</returns>
    public string? Append(int tokenId, bool mayStop)
    {
        var before = _text.Length;
        _text.Append(_decoder.Append(tokenId));
        if (!mayStop || _text.Length == before)
        {
            return null;
        }

        var start = Math.Max(0, before - _longest + 1);
        var tail = _text.ToString(start, _text.Length - start);
        string? found = null;
        foreach (var stop in stops)
        {
            // A stop string that ends in the new text begins less than its own length before it.
            var at = tail.IndexOf(stop, Math.Max(0, before - stop.Length + 1 - start), StringComparison.Ordinal);
            if (at >= 0 && (found is null || start + at < _cut))
            {
                (found, _cut) = (stop, start + at);
            }
        }

        return found;
    }
}
