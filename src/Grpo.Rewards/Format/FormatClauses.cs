using Grpo.Rewards.Accuracy;

namespace Grpo.Rewards.Format;

/// <summary>One thing a layout asks for, and whether a completion does it.</summary>
/// <param name="Name">Such as <c>&lt;think&gt; once</c>.</param>
/// <param name="Holds">Whether it holds.</param>
internal readonly record struct FormatClause(string Name, bool Holds);

/// <summary>Checks a completion against a layout, clause by clause.</summary>
internal static class FormatClauses
{
    /// <summary>The clauses: each tag once; tags in order; sections not empty; nothing outside; line breaks; the box.</summary>
    public static List<FormatClause> Check(ReadOnlySpan<char> text, FormatLayout layout, FormatParams parameters, bool prefilled)
    {
        var (sections, blocks) = (layout.Sections.Count, parameters.MaxBlocks);
        var (tags, counts) = TagScanner.Scan(text, layout.Sections, kept: (2 * sections * blocks) + 1, outermost: parameters.ForbidNested ? null : prefilled ? 0 : -1);
        var often = blocks == 1 ? "once" : $"once to {blocks} times";
        List<FormatClause> clauses = [];
        for (var section = 0; section < layout.Sections.Count; section++)
        {
            var (name, opened) = (layout.Sections[section], counts[2 * section]);
            clauses.Add(prefilled && section == 0 && blocks == 1 ? new($"<{name}> only in the prompt", opened == 0) : new($"<{name}> {often}", IsOften(opened + (prefilled && section == 0 ? 1 : 0), blocks)));
            clauses.Add(new($"</{name}> {often}", IsOften(counts[(2 * section) + 1], blocks)));
        }
        if (prefilled)
            tags.Insert(0, new(0, 0, 0, Closes: false));
        var ordered = InOrder(tags, sections, blocks);
        clauses.Add(new("sections in order", ordered));
        if (parameters.RequireNonempty)
            AddNonempty(clauses, text, tags, layout, ordered);
        if (parameters.AllowOutsideText != OutsideText.Any)
            clauses.Add(new("nothing outside", ordered && Outside(text, tags, layout, parameters.AllowOutsideText)));
        if (parameters.StrictNewlines)
            clauses.Add(new("tags on their own lines", ordered && OnOwnLines(text, tags, prefilled, last: !layout.FreeTextAfter)));
        if (layout.Boxed)
            clauses.Add(new("\\boxed after the last section", ordered && BoxedAnswer.Last(text[tags[^1].End..]) is not null));
        return clauses;
    }

    private static bool IsOften(int count, int blocks) => count >= 1 && count <= blocks;

    /// <summary>Whole blocks, of which each has all sections in order.</summary>
    private static bool InOrder(List<Tag> tags, int sections, int blocks)
    {
        if (tags.Count == 0 || tags.Count % (2 * sections) != 0 || tags.Count > 2 * sections * blocks)
            return false;
        for (var i = 0; i < tags.Count; i++)
        {
            if (tags[i].Section != i / 2 % sections || tags[i].Closes != (i % 2 == 1))
                return false;
        }
        return true;
    }

    private static void AddNonempty(List<FormatClause> clauses, ReadOnlySpan<char> text, List<Tag> tags, FormatLayout layout, bool ordered)
    {
        for (var section = 0; section < layout.Sections.Count; section++)
            clauses.Add(new($"{layout.Sections[section]} not empty", ordered && HasContent(text, tags, section, layout.Sections.Count)));
        if (layout.FreeTextAfter)
            clauses.Add(new("text after the last section", ordered && !text[tags[^1].End..].IsWhiteSpace()));
    }

    private static bool HasContent(ReadOnlySpan<char> text, List<Tag> tags, int section, int sections)
    {
        for (var i = 2 * section; i < tags.Count; i += 2 * sections)
        {
            if (text[tags[i].End..tags[i + 1].Start].IsWhiteSpace())
                return false;
        }
        return true;
    }

    private static bool Outside(ReadOnlySpan<char> text, List<Tag> tags, FormatLayout layout, OutsideText allowed)
    {
        var from = 0;
        for (var i = 0; i < tags.Count; i += 2)
        {
            if (!Allowed(text[from..tags[i].Start], allowed))
                return false;
            from = tags[i + 1].End;
        }
        return layout.FreeTextAfter || Allowed(text[from..], allowed);
    }

    private static bool Allowed(ReadOnlySpan<char> gap, OutsideText allowed) => allowed == OutsideText.None ? gap.IsEmpty || gap is "\n" : gap.IsWhiteSpace();

    /// <summary>A line break after each opening tag, before each closing tag, and after it unless the text ends there.</summary>
    private static bool OnOwnLines(ReadOnlySpan<char> text, List<Tag> tags, bool prefilled, bool last)
    {
        for (var i = 0; i < tags.Count; i++)
        {
            var tag = tags[i];
            var atEnd = i == tags.Count - 1 && last && text[tag.End..].IsWhiteSpace();
            if (tag.Closes && (tag.Start == 0 || text[tag.Start - 1] != '\n'))
                return false;
            if (!atEnd && !(prefilled && i == 0) && (tag.End == text.Length || text[tag.End] != '\n'))
                return false;
        }
        return true;
    }
}
