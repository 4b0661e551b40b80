using System.Text;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers.Patterns;

/// <summary>A compiled pattern of a tokenizer. It works on code points: letters beyond U+FFFF are letters, unlike in .NET's own engine.</summary>
internal sealed class SplitPattern
{
    private static readonly PatternNode Accept = new AcceptNode();

    private readonly PatternNode _start;

    private SplitPattern(PatternNode start) => _start = start;

    /// <summary>The pattern of GPT-2, which the ByteLevel pre-tokenizer has built in.</summary>
    public static SplitPattern Gpt2 { get; } = Regex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");

    /// <summary>Compiles a regular expression.</summary>
    /// <exception cref="ModelLoadException">The pattern uses something that is not supported.</exception>
    public static SplitPattern Regex(string pattern) => new(Compile(PatternParser.Parse(pattern), Accept));

    /// <summary>A pattern that is this text and nothing else.</summary>
    public static SplitPattern Literal(string text)
    {
        var parts = text.EnumerateRunes().Select(rune => new PatternTree.One(ClassParser.Literal(rune.Value, false))).ToList();
        return new(Compile(new PatternTree.Sequence(parts), Accept));
    }

    /// <summary>A pattern that is one character of a set.</summary>
    public static SplitPattern OneOf(RuneSet set) => new(Compile(new PatternTree.One(set), Accept));

    /// <summary>The first match at or after a place.</summary>
    public bool Find(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (start = from; start <= text.Length; start++)
        {
            if (start > from && start < text.Length && char.IsSurrogatePair(text[start - 1], text[start])) continue;
            end = _start.Match(text, start);
            if (end >= 0) return true;
        }

        end = -1;
        return false;
    }

    /// <summary>The text with every match replaced by <paramref name="content"/>, taken literally.</summary>
    public string Replace(string text, string content)
    {
        int at = 0, from = 0;
        StringBuilder? result = null;
        while (Find(text, from, out int start, out int end))
        {
            result ??= new StringBuilder(text.Length);
            result.Append(text, at, start - at).Append(content);
            at = end;
            from = end > start ? end : end + 1;
        }

        return result is null ? text : result.Append(text, at, text.Length - at).ToString();
    }

    private static PatternNode Compile(PatternTree tree, PatternNode next) => tree switch
    {
        PatternTree.One one => new OneNode(one.Set, next),
        PatternTree.Sequence sequence => sequence.Parts.Reverse().Aggregate(next, (after, part) => Compile(part, after)),
        PatternTree.Choice choice => new ChoiceNode([.. choice.Alternatives.Select(alternative => Compile(alternative, next))]),
        PatternTree.Repeat { Body: PatternTree.One one } run => new RunNode(one.Set, run.Minimum, run.Maximum, run.Kind, next),
        PatternTree.Repeat { Kind: RepeatKind.Possessive } repeat => new AtomicNode(Compile(repeat with { Kind = RepeatKind.Greedy }, Accept), next),
        PatternTree.Repeat repeat => CompileRepeat(repeat, next),
        PatternTree.Atomic atomic => new AtomicNode(Compile(atomic.Body, Accept), next),
        PatternTree.Look look => new LookNode(Compile(look.Behind ? OneCharacter(look.Body) : look.Body, Accept), look.Behind, look.Negated, next),
        PatternTree.Anchor anchor => new AnchorNode(anchor.Kind, next),
        _ => throw new InvalidOperationException($"No step for {tree.GetType().Name}."),
    };

    /// <summary>Bounded counts are written out: X{1,3} is X(X(X)?)?.</summary>
    private static PatternNode CompileRepeat(PatternTree.Repeat repeat, PatternNode next)
    {
        bool lazy = repeat.Kind == RepeatKind.Lazy;
        PatternNode node = next;
        if (repeat.Maximum < 0)
        {
            var loop = new LoopNode(lazy, next);
            loop.Body = Compile(repeat.Body, loop);
            node = loop;
        }

        for (int optional = repeat.Minimum; optional < repeat.Maximum; optional++)
        {
            PatternNode body = Compile(repeat.Body, node);
            node = new ChoiceNode(lazy ? [next, body] : [body, next]);
        }

        for (int i = 0; i < repeat.Minimum; i++) node = Compile(repeat.Body, node);
        return node;
    }

    private static PatternTree OneCharacter(PatternTree body) => body is PatternTree.One
        ? body
        : throw new ModelLoadException("tokenizer.json: a pattern looks behind by other than one character, which is not supported.");
}
