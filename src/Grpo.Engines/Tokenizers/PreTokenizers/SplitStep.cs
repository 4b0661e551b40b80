using Grpo.Engines.Tokenizers.Patterns;

namespace Grpo.Engines.Tokenizers.PreTokenizers;

/// <summary>Cuts a text at the matches of a pattern (tokenizers/src/tokenizer/normalizer.rs, split).</summary>
/// <param name="pattern">The delimiter.</param>
/// <param name="behavior">What becomes of delimiters.</param>
/// <param name="invert">Whether the text between the matches is the delimiter instead.</param>
/// <param name="next">The next step.</param>
internal sealed class SplitStep(SplitPattern pattern, SplitBehavior behavior, bool invert, IPieceSink next) : IPieceSink
{
    public void Take(ReadOnlySpan<char> piece, bool startsText, List<int> tokenIds)
    {
        var held = new Held();
        for (int at = 0; at < piece.Length;)
        {
            bool found = Find(piece, at, out int start, out int end);
            if (!found) start = end = piece.Length;
            if (start > at) Segment(piece, at, start, invert, startsText, ref held, tokenIds);
            if (end > start) Segment(piece, start, end, !invert, startsText, ref held, tokenIds);
            at = end;
        }

        Release(piece, startsText, ref held, tokenIds);
    }

    /// <summary>The next match that is not empty: an empty one cuts nothing.</summary>
    private bool Find(ReadOnlySpan<char> piece, int at, out int start, out int end)
    {
        for (int from = at; pattern.Find(piece, from, out start, out end); from = end + 1)
        {
            if (end > start) return true;
        }

        return false;
    }

    /// <summary>One delimiter or one stretch without delimiters, in order. What may still grow is held back.</summary>
    private void Segment(ReadOnlySpan<char> piece, int start, int end, bool delimiter, bool startsText, ref Held held, List<int> tokenIds)
    {
        bool joins = held.Length > 0 && behavior switch
        {
            SplitBehavior.MergedWithPrevious => delimiter && !held.Delimiter,
            SplitBehavior.MergedWithNext => held.Delimiter && !delimiter,
            SplitBehavior.Contiguous => held.Delimiter == delimiter,
            _ => false,
        };
        if (joins)
        {
            held = held with { Length = end - held.Start, Delimiter = delimiter };
            return;
        }

        Release(piece, startsText, ref held, tokenIds);
        if (!(delimiter && behavior == SplitBehavior.Removed)) held = new Held(start, end - start, delimiter);
    }

    private void Release(ReadOnlySpan<char> piece, bool startsText, ref Held held, List<int> tokenIds)
    {
        if (held.Length > 0) next.Take(piece.Slice(held.Start, held.Length), startsText && held.Start == 0, tokenIds);
        held = default;
    }

    private readonly record struct Held(int Start, int Length, bool Delimiter);
}
