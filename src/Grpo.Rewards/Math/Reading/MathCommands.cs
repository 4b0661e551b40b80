using System.Collections.Frozen;
using System.Text;

namespace Grpo.Rewards.Math;

/// <summary>LaTeX commands with one spelling each: those that only draw vanish, those with several names get one.</summary>
internal static class MathCommands
{
    private static readonly FrozenDictionary<string, string> Spellings = new (string Names, string Spelling)[]
    {
        ("left right mleft mright big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm middle", ""),
        ("displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits euro pounds yen texteuro textdollar noindent strut mathstrut centering large Large small normalsize mathopen mathclose mathrel mathbin mathord mathpunct", ""),
        ("quad qquad thinspace enspace medspace thickspace space nobreakspace hfill newline", " "), ("dfrac tfrac cfrac sfrac nicefrac", @"\frac "), ("dbinom tbinom", @"\binom "),
        ("cdot times cdotp ast star bullet", "*"), ("div", "/"), ("vert mid", "|"), ("lVert rVert Vert", @"\Vert "), ("lbrace", @"\{"), ("rbrace", @"\}"),
        ("lbrack", "["), ("rbrack", "]"), ("lparen lgroup", "("), ("rparen rgroup", ")"), ("leq leqslant leqq", @"\le "), ("geq geqslant geqq", @"\ge "), ("neq", @"\ne "), ("colon", ":"), ("lt", "<"), ("gt", ">"),
        ("ulcorner", @"\lceil "), ("urcorner", @"\rceil "), ("llcorner", @"\lfloor "), ("lrcorner", @"\rfloor "),
        ("degree textdegree", @"^\circ "), ("dots cdots hdots dotsc dotsb dotso dotsm", @"\ldots "), ("rightarrow longrightarrow", @"\to "),
        ("Rightarrow Longrightarrow", @"\implies "), ("Leftrightarrow Longleftrightarrow", @"\iff "), ("bigcup", @"\cup "), ("bigcap", @"\cap "), ("smallsetminus backslash", @"\setminus "),
        ("varnothing", @"\emptyset "), ("exponentialE", "e "), ("imaginaryI imaginaryJ", "i "), ("differentialD", "d "), ("prime", "'"), ("percent textpercent", "%"), ("choose", @"\choose "),
        ("bmod mod", @"\mod "), ("reals R", @"\mathbb{R}"), ("Complex", @"\mathbb{C}"), ("simeq cong thickapprox", @"\approx "), ("dd", "d"), ("textbackslash", ""),
    }.SelectMany(row => row.Names.Split(' '), (row, name) => (name, row.Spelling)).ToFrozenDictionary(pair => pair.name, pair => pair.Spelling);

    /// <summary>Commands that swallow their argument.</summary>
    private static readonly FrozenSet<string> WithoutContent = FrozenSet.Create("color", "hspace", "vspace", "tag", "label", "phantom", "hphantom", "vphantom", "textcolor", "colorbox");

    // A brace is missing between these and the letters after them in "\left\lvertx" and "\quadx": what is left of the name is text.
    private static readonly string[] Glued = [.. "qquad quad lvert rvert vert lgroup rgroup lbrace rbrace lbrack rbrack mright mleft right left cdot times langle infty pi".Split(' ').OrderByDescending(name => name.Length)];

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Spellings.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Swallowing = WithoutContent.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Appends the command whose backslash is at an index; returns the index of its last character.</summary>
    public static int Append(StringBuilder tidy, string text, int start)
    {
        if (start + 1 >= text.Length)
            return start;
        if (!char.IsAsciiLetter(text[start + 1]))
            return AppendSign(tidy, text, start);
        var end = start + 1;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        var name = text.AsSpan(start + 1, end - start - 1);
        if (!Lookup.TryGetValue(name, out var spelling) && !Swallowing.Contains(name) && MathParser.IsKnown(name) is false && Unglue(name) is > 0 and var length)
        {
            name = name[..length];
            end = start + 1 + length;
        }
        if (Swallowing.Contains(name))
            return AfterArgument(text, end) - 1;
        if (name is "left" or "right" or "mleft" or "mright")
            return AppendDelimiter(tidy, text, end, name.EndsWith("right"));
        if (name is "not")
            return AppendNegated(tidy, text, end);
        if (spelling is not null || Lookup.TryGetValue(name, out spelling))
            tidy.Append(spelling);
        else
            tidy.Append('\\').Append(name).Append(end < text.Length && char.IsAsciiLetter(text[end]) ? " " : "");
        return end - 1;
    }

    private static int AppendSign(StringBuilder tidy, string text, int start)
    {
        switch (text[start + 1])
        {
            case '!':
                var end = start + 2;
                while (end < text.Length && text[end] == ' ')
                    end++;
                return end - 1;
            case ',' or ';' or ':' or ' ' or '>' or '(' or ')' or '[' or ']' or '\n' or '\t' or '/':
                tidy.Append(' ');
                break;
            case '%':
                tidy.Append('%');
                break;
            case '|':
                tidy.Append(@"\Vert ");
                break;
            case '$' or '#' or '-' or '@':
                break;
            default:
                tidy.Append('\\').Append(text[start + 1]);
                break;
        }
        return start + 1;
    }

    /// <summary>The delimiter after <c>\left</c> or <c>\right</c>: a full stop draws none, a bar says on which side it stands.</summary>
    private static int AppendDelimiter(StringBuilder tidy, string text, int i, bool closes)
    {
        while (i < text.Length && text[i] == ' ')
            i++;
        if (i >= text.Length)
            return i;
        switch (text[i])
        {
            case '.':
                return i;
            case '|':
                tidy.Append(closes ? @"\rvert " : @"\lvert ");
                return i;
            case '<' or '>':
                tidy.Append(closes ? @"\rangle " : @"\langle ");
                return i;
            // "\left{" is not LaTeX, but it is plain what is meant.
            case '\\' when text.AsSpan(i).StartsWith(@"\vert"):
                tidy.Append(closes ? @"\rvert " : @"\lvert ");
                return i + 4;
            default:
                return i - 1;
        }
    }

    private static int AppendNegated(StringBuilder tidy, string text, int i)
    {
        while (i < text.Length && text[i] == ' ')
            i++;
        if (i < text.Length && text[i] == '=')
        {
            tidy.Append(@"\ne ");
            return i;
        }
        if (text.AsSpan(i).StartsWith(@"\in"))
        {
            tidy.Append(@"\notin ");
            return i + 2;
        }
        tidy.Append(@"\not ");
        return i - 1;
    }

    private static int Unglue(ReadOnlySpan<char> name)
    {
        foreach (var known in Glued)
        {
            if (name.Length > known.Length && name.StartsWith(known))
                return known.Length;
        }
        return 0;
    }

    private static int AfterArgument(string text, int i)
    {
        while (i < text.Length && text[i] == ' ')
            i++;
        if (i >= text.Length || text[i] != '{')
            return i;
        var close = text.IndexOf('}', i);
        return close < 0 ? text.Length : close + 1;
    }
}
