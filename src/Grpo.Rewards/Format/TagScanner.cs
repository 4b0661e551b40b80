namespace Grpo.Rewards.Format;

/// <summary>A tag in a text: its place and length, which section, and whether it closes.</summary>
internal readonly record struct Tag(int Start, int Length, int Section, bool Closes)
{
    public int End => Start + Length;
}

/// <summary>Finds the tags of a layout in one pass.</summary>
internal static class TagScanner
{
    /// <summary>The first tags in order of place, and how often each occurs: index 2 * section for opening, + 1 for closing.</summary>
    /// <param name="text">Where to look.</param>
    /// <param name="sections">Tag names.</param>
    /// <param name="kept">How many tags to return; with more of them no order is right, and only the counts matter.</param>
    /// <param name="outermost">The section that is open at the start, -1 for none, to leave out tags inside of sections; null to take all.</param>
    public static (List<Tag> Tags, int[] Counts) Scan(ReadOnlySpan<char> text, IReadOnlyList<string> sections, int kept, int? outermost)
    {
        List<Tag> tags = [];
        var (open, depth) = (outermost ?? -1, outermost is >= 0 ? 1 : 0);
        var counts = new int[2 * sections.Count];
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at..].IndexOf('<');
            if (next < 0)
                break;
            at += next;
            if (Match(text[at..], at, sections) is not { } tag)
                continue;
            at = tag.End - 1;
            if (outermost is not null && IsInside(tag, ref open, ref depth))
                continue;
            counts[(2 * tag.Section) + (tag.Closes ? 1 : 0)]++;
            if (tags.Count < kept)
                tags.Add(tag);
        }
        return (tags, counts);
    }

    /// <summary>Whether a tag stands inside of the open section; tags of that section's own name are paired.</summary>
    private static bool IsInside(Tag tag, ref int open, ref int depth)
    {
        if (depth == 0)
        {
            if (!tag.Closes)
                (open, depth) = (tag.Section, 1);
            return false;
        }
        if (tag.Section == open)
            depth += tag.Closes ? -1 : 1;
        return depth > 0;
    }

    private static Tag? Match(ReadOnlySpan<char> rest, int at, IReadOnlyList<string> sections)
    {
        var closes = rest.Length > 1 && rest[1] == '/';
        var name = closes ? 2 : 1;
        for (var section = 0; section < sections.Count; section++)
        {
            var end = name + sections[section].Length;
            if (end < rest.Length && rest[end] == '>' && rest[name..end].SequenceEqual(sections[section]))
                return new(at, end + 1, section, closes);
        }
        return null;
    }
}
