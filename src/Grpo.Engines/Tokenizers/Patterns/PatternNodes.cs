using System.Runtime.CompilerServices;

namespace Grpo.Engines.Tokenizers.Patterns;

/// <summary>A step of a compiled pattern. Each knows what comes after it, so a match is one chain of calls and backtracking is a return.</summary>
internal abstract class PatternNode
{
    /// <summary>Where a match that starts at <paramref name="at"/> ends, -1 for no match.</summary>
    public abstract int Match(ReadOnlySpan<char> text, int at);

    /// <summary>The code point at a place and how many UTF-16 units it takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static int RuneAt(ReadOnlySpan<char> text, int at, out int length)
    {
        char c = text[at];
        length = 1;
        if (!char.IsHighSurrogate(c) || at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1])) return c;
        length = 2;
        return char.ConvertToUtf32(c, text[at + 1]);
    }
}

/// <summary>The end of the pattern.</summary>
internal sealed class AcceptNode : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at) => at;
}

/// <summary>One character.</summary>
internal sealed class OneNode(RuneSet set, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at) =>
        at < text.Length && set.Contains(RuneAt(text, at, out int length)) ? next.Match(text, at + length) : -1;
}

/// <summary>A run of characters of one set; the usual loop, without recursion.</summary>
internal sealed class RunNode(RuneSet set, int minimum, int maximum, RepeatKind kind, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at)
    {
        int start = at, count = 0;
        int limit = kind == RepeatKind.Lazy ? minimum : maximum;
        while (count != limit && at < text.Length && set.Contains(RuneAt(text, at, out int length)))
        {
            at += length;
            count++;
        }

        if (count < minimum) return -1;
        return kind switch
        {
            RepeatKind.Possessive => next.Match(text, at),
            RepeatKind.Lazy => Extend(text, at, count),
            _ => GiveBack(text, start, at, count),
        };
    }

    private int GiveBack(ReadOnlySpan<char> text, int start, int at, int count)
    {
        while (true)
        {
            int end = next.Match(text, at);
            if (end >= 0 || count <= minimum) return end;
            at -= at - 2 >= start && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? 2 : 1;
            count--;
        }
    }

    private int Extend(ReadOnlySpan<char> text, int at, int count)
    {
        while (true)
        {
            int end = next.Match(text, at);
            if (end >= 0 || count == maximum || at >= text.Length || !set.Contains(RuneAt(text, at, out int length))) return end;
            at += length;
            count++;
        }
    }
}

/// <summary>The first alternative with which the rest matches.</summary>
internal sealed class ChoiceNode(PatternNode[] alternatives) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at)
    {
        foreach (PatternNode alternative in alternatives)
        {
            int end = alternative.Match(text, at);
            if (end >= 0) return end;
        }

        return -1;
    }
}

/// <summary>Any number of a group; the group's own chain leads back here.</summary>
internal sealed class LoopNode(bool lazy, PatternNode next) : PatternNode
{
    public PatternNode? Body { get; set; }

    public override int Match(ReadOnlySpan<char> text, int at)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (lazy && next.Match(text, at) is >= 0 and var early) return early;
        int end = at < text.Length ? Body!.Match(text, at) : -1;
        return end >= 0 || lazy ? end : next.Match(text, at);
    }
}

/// <summary>A condition on what follows or precedes, or an atomic group.</summary>
internal sealed class LookNode(PatternNode body, bool behind, bool negated, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at) =>
        (behind ? Behind(text, at) : body.Match(text, at) >= 0) == negated ? -1 : next.Match(text, at);

    /// <summary>The body is one character, which ends here.</summary>
    private bool Behind(ReadOnlySpan<char> text, int at)
    {
        if (at == 0) return false;
        int start = at >= 2 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? at - 2 : at - 1;
        return body.Match(text, start) >= 0;
    }
}

/// <summary>A group whose first match is final.</summary>
internal sealed class AtomicNode(PatternNode body, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at) => body.Match(text, at) is >= 0 and var end ? next.Match(text, end) : -1;
}

/// <summary>A place in the text.</summary>
internal sealed class AnchorNode(AnchorKind kind, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at)
    {
        bool holds = kind switch
        {
            AnchorKind.TextStart => at == 0,
            AnchorKind.TextEnd => at == text.Length,
            AnchorKind.TextEndOrLastNewline => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
            AnchorKind.LineStart => at == 0 || text[at - 1] == '\n',
            AnchorKind.LineEnd => at == text.Length || text[at] == '\n',
            AnchorKind.WordBoundary => IsBoundary(text, at),
            _ => !IsBoundary(text, at),
        };
        return holds ? next.Match(text, at) : -1;
    }

    private static bool IsBoundary(ReadOnlySpan<char> text, int at)
    {
        bool before = at > 0 && UnicodeProperties.Word.Contains(RuneAt(text, at >= 2 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? at - 2 : at - 1, out _));
        bool after = at < text.Length && UnicodeProperties.Word.Contains(RuneAt(text, at, out _));
        return before != after;
    }
}
