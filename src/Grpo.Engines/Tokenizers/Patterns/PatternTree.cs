namespace Grpo.Engines.Tokenizers.Patterns;

/// <summary>A parsed pattern.</summary>
internal abstract record PatternTree
{
    /// <summary>One character of a set.</summary>
    public sealed record One(RuneSet Set) : PatternTree;

    /// <summary>One after the other.</summary>
    public sealed record Sequence(IReadOnlyList<PatternTree> Parts) : PatternTree;

    /// <summary>The first alternative that lets the rest match.</summary>
    public sealed record Choice(IReadOnlyList<PatternTree> Alternatives) : PatternTree;

    /// <summary>Minimum to Maximum times; Maximum -1 is without bound.</summary>
    public sealed record Repeat(PatternTree Body, int Minimum, int Maximum, RepeatKind Kind) : PatternTree;

    /// <summary>A condition on what follows, or precedes, that consumes nothing.</summary>
    public sealed record Look(PatternTree Body, bool Behind, bool Negated) : PatternTree;

    /// <summary>A group that gives nothing back once matched.</summary>
    public sealed record Atomic(PatternTree Body) : PatternTree;

    /// <summary>A place in the text.</summary>
    public sealed record Anchor(AnchorKind Kind) : PatternTree;
}

/// <summary>Which count of repetitions is tried first.</summary>
internal enum RepeatKind
{
    Greedy,
    Lazy,
    Possessive,
}

/// <summary>Places in a text.</summary>
internal enum AnchorKind
{
    TextStart,
    TextEnd,
    TextEndOrLastNewline,
    LineStart,
    LineEnd,
    WordBoundary,
    NotWordBoundary,
}
