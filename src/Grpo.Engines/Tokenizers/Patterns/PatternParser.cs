using System.Globalization;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers.Patterns;

/// <summary>Parses the regular expressions of tokenizer.json files: the syntax of Oniguruma (Ruby), which the reference tokenizers use.</summary>
internal sealed class PatternParser(string pattern)
{
    private const int MaxRepeat = 1000;

    private int _at;
    private bool _ignoreCase;

    /// <summary>Parses the whole pattern.</summary>
    /// <exception cref="ModelLoadException">The pattern uses something that is not supported; the message shows the place.</exception>
    public static PatternTree Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        PatternTree tree = parser.Alternatives();
        return parser._at == pattern.Length ? tree : throw parser.Unsupported("a closing bracket without an opening one");
    }

    private bool AtEnd => _at >= pattern.Length;

    private PatternTree Alternatives()
    {
        bool ignoreCase = _ignoreCase;
        var alternatives = new List<PatternTree> { Sequence() };
        while (Take('|')) alternatives.Add(Sequence());
        _ignoreCase = ignoreCase;
        return alternatives.Count == 1 ? alternatives[0] : new PatternTree.Choice(alternatives);
    }

    private PatternTree Sequence()
    {
        var parts = new List<PatternTree>();
        while (!AtEnd && pattern[_at] is not ('|' or ')')) parts.Add(Repeated(Atom()));
        return parts.Count == 1 ? parts[0] : new PatternTree.Sequence(parts);
    }

    private PatternTree Repeated(PatternTree body)
    {
        while (!AtEnd)
        {
            int start = _at;
            if (Take('*')) body = Suffixed(body, 0, -1);
            else if (Take('+')) body = Suffixed(body, 1, -1);
            else if (Take('?')) body = Suffixed(body, 0, 1);
            else if (pattern[_at] == '{' && Interval(out int minimum, out int maximum))
                body = new PatternTree.Repeat(body, minimum, maximum, Take('?') ? RepeatKind.Lazy : RepeatKind.Greedy); // {n,m}+ repeats the interval in Ruby syntax
            if (_at == start) break;
        }

        return body;
    }

    private PatternTree.Repeat Suffixed(PatternTree body, int minimum, int maximum) =>
        new(body, minimum, maximum, Take('?') ? RepeatKind.Lazy : Take('+') ? RepeatKind.Possessive : RepeatKind.Greedy);

    /// <summary>{n}, {n,}, {,m} or {n,m}; anything else is a literal brace.</summary>
    private bool Interval(out int minimum, out int maximum)
    {
        (minimum, maximum) = (0, -1);
        int end = pattern.IndexOf('}', _at);
        if (end < 0) return false;
        string[] bounds = pattern[(_at + 1)..end].Split(',');
        if (bounds.Length > 2 || bounds.All(bound => bound.Length == 0) || bounds.Any(bound => !bound.All(char.IsAsciiDigit))) return false;
        minimum = bounds[0].Length == 0 ? 0 : int.Parse(bounds[0], CultureInfo.InvariantCulture);
        maximum = bounds.Length == 1 ? minimum : bounds[1].Length == 0 ? -1 : int.Parse(bounds[1], CultureInfo.InvariantCulture);
        if (minimum > MaxRepeat || maximum > MaxRepeat) throw Unsupported($"a repetition over {MaxRepeat}");
        _at = end + 1;
        return true;
    }

    private PatternTree Atom()
    {
        char c = pattern[_at];
        switch (c)
        {
            case '(': return Group();
            case '[': _at++; return new PatternTree.One(new ClassParser(pattern, _ignoreCase).Parse(ref _at).Freeze());
            case '.': _at++; return new PatternTree.One(UnicodeProperties.Any);
            case '^': _at++; return new PatternTree.Anchor(AnchorKind.LineStart);
            case '$': _at++; return new PatternTree.Anchor(AnchorKind.LineEnd);
            case '*' or '+' or '?': throw Unsupported("a repetition of nothing");
            case '\\' when Anchor() is { } anchor: return anchor;
            case '\\':
                return new PatternTree.One(new ClassParser(pattern, _ignoreCase).Escape(ref _at).Freeze());
            default:
                int rune = char.IsSurrogatePair(pattern, _at) ? char.ConvertToUtf32(pattern, _at) : c;
                _at += rune > 0xFFFF ? 2 : 1;
                return new PatternTree.One(ClassParser.Literal(rune, _ignoreCase).Freeze());
        }
    }

    private PatternTree.Anchor? Anchor()
    {
        AnchorKind? kind = _at + 1 >= pattern.Length ? null : pattern[_at + 1] switch
        {
            'A' => AnchorKind.TextStart,
            'z' => AnchorKind.TextEnd,
            'Z' => AnchorKind.TextEndOrLastNewline,
            'b' => AnchorKind.WordBoundary,
            'B' => AnchorKind.NotWordBoundary,
            _ => null,
        };
        if (kind is null) return null;
        _at += 2;
        return new PatternTree.Anchor(kind.Value);
    }

    private PatternTree Group()
    {
        _at++;
        if (!Take('?')) return Close(Alternatives());
        if (Take(':')) return Close(Alternatives());
        if (Take('=')) return new PatternTree.Look(Close(Alternatives()), Behind: false, Negated: false);
        if (Take('!')) return new PatternTree.Look(Close(Alternatives()), Behind: false, Negated: true);
        if (Take('>')) return new PatternTree.Atomic(Close(Alternatives()));
        if (TakeText("<=")) return new PatternTree.Look(Close(Alternatives()), Behind: true, Negated: false);
        if (TakeText("<!")) return new PatternTree.Look(Close(Alternatives()), Behind: true, Negated: true);
        bool before = _ignoreCase;
        bool on = TakeText("i");
        if (!on && !TakeText("-i")) throw Unsupported("this kind of group");
        _ignoreCase = on;
        if (Take(')')) return Alternatives(); // (?i) holds for the rest of the enclosing group
        if (!Take(':')) throw Unsupported("this kind of group");
        PatternTree body = Close(Alternatives());
        _ignoreCase = before;
        return body;
    }

    private PatternTree Close(PatternTree body) => Take(')') ? body : throw Unsupported("an unclosed group");

    private bool Take(char c)
    {
        if (AtEnd || pattern[_at] != c) return false;
        _at++;
        return true;
    }

    private bool TakeText(string text)
    {
        if (string.CompareOrdinal(pattern, _at, text, 0, text.Length) != 0) return false;
        _at += text.Length;
        return true;
    }

    private ModelLoadException Unsupported(string what) =>
        new($"tokenizer.json: the pattern {pattern} has {what} at position {_at}, which is not supported.");
}
