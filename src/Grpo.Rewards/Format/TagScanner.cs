namespace Grpo.Rewards.Format;

/// <summary>A tag in a text: its place and length, which section, and whether it closes.</summary>
internal readonly record struct Tag(int Start, int Length, int Section, bool Closes)
{
    public int End => Start + Length;
}

/// <summary>Finds the tags of a layout in one pass.</summary>
internal static class TagScanner
{
    // A layout has at most 16 tags; with more of them no order is right, and only the counts matter.
    private const int Kept = 32;

    /// <summary>The first tags in order of place, and how often each occurs: index 2 * section for opening, + 1 for closing.</summary>
    public static (List<Tag> Tags, int[] Counts) Scan(ReadOnlySpan<char> text, IReadOnlyList<string> sections)
    {
        List<Tag> tags = [];
        var counts = new int[2 * sections.Count];
        for (var at = 0; at < text.Length; at++)
        {
            var next = text[at..].IndexOf('<');
            if (next < 0)
                break;
            at += next;
            if (Match(text[at..], at, sections) is not { } tag)
                continue;
            counts[(2 * tag.Section) + (tag.Closes ? 1 : 0)]++;
            if (tags.Count < Kept)
                tags.Add(tag);
            at = tag.End - 1;
        }
        return (tags, counts);
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
