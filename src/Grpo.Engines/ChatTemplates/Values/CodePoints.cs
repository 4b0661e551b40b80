using Grpo.Engines.ChatTemplates.Evaluation;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Text as Python counts it: in code points, where .NET counts UTF-16 units.</summary>
internal static class CodePoints
{
    /// <summary>Characters a vectorised scan passes while others pass one.</summary>
    private const int ScanWidth = 16;

    /// <summary>Number of code points; a lone surrogate counts as one.</summary>
    public static int Count(string text)
    {
        if (!HasPairs(text)) return text.Length;
        var count = 0;
        for (var i = 0; i < text.Length; i += Width(text, i)) count++;
        return count;
    }

    /// <summary>Each code point as text.</summary>
    public static IEnumerable<string> Each(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            Work.Step();
            var width = Width(text, i);
            yield return text.Substring(i, width);
            i += width;
        }
    }

    /// <summary>The code point at an index, which must be in range.</summary>
    public static string At(string text, int index) => HasPairs(text) ? Each(text).ElementAt(index) : text[index].ToString();

    /// <summary>Code points before a UTF-16 position.</summary>
    public static int CountBefore(string text, int position) => Count(text[..position]);

    /// <summary>UTF-16 position of a code point index in [0, Count].</summary>
    public static int Position(string text, int index)
    {
        if (!HasPairs(text)) return index;
        var position = 0;
        for (; index > 0; index--) position += Width(text, position);
        return position;
    }

    private static bool HasPairs(string text)
    {
        Work.Read(text.Length / ScanWidth);
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF') < 0) return false;
        Work.Read(text.Length);
        return true;
    }

    private static int Width(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
}
