namespace Grpo.Rewards;

/// <summary>Text as the Python trainers measure it, so that scores equal theirs.</summary>
internal static class PythonText
{
    /// <summary><c>len(text)</c>: code points, not UTF-16 units.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
                length--;
        }
        return length;
    }

    /// <summary><c>\s</c> of <c>re</c>, and what <c>split()</c> splits at: Unicode white space and the four ASCII information separators.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';
}
