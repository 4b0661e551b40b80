namespace Grpo.Rewards.Accuracy;

/// <summary>Answers that words announce: "the answer is 5", "Answer: 5", "答案是5", "#### 5", "A: 5", and their like in other languages.</summary>
internal static class AnchoredAnswer
{
    private const int LongestHope = 1_000;

    private static readonly System.Buffers.SearchValues<char> ChineseVerbs = System.Buffers.SearchValues.Create("是为為:：");
    private static readonly string[] OtherLanguages = ["Réponse", "réponse", "Respuesta", "respuesta", "Resposta", "resposta", "Risposta", "risposta", "Antwort", "antwort", "Ответ", "ответ", "答え", "정답"];
    private static readonly string[] OtherVerbs = [":", "：", "est ", "es ", "é ", "è ", "ist ", "lautet ", "は", "은", "는"];

    /// <summary>What follows the last announcement, up to the end of its sentence; null when nothing is announced.</summary>
    public static string? Last(ReadOnlySpan<char> text)
    {
        if (Hoped(text) is { } hoped)
            return hoped;
        var start = int.Max(int.Max(AfterAnswerWord(text), AfterChinese(text)), int.Max(int.Max(AfterHashes(text), AfterLetterA(text)), AfterOtherLanguages(text)));
        if (start < 0)
            return null;
        var rest = text[start..].TrimStart(" \t\r\n*_:：=");
        return rest.IsEmpty ? null : Sentence(rest).Trim().ToString();
    }

    /// <summary>"The final answer is X. I hope it is correct.", whatever is said after it.</summary>
    private static string? Hoped(ReadOnlySpan<char> text)
    {
        var hope = text.LastIndexOf("I hope it is correct", StringComparison.Ordinal);
        if (hope < 0)
            return null;
        var before = text[int.Max(0, hope - LongestHope)..hope];
        const string Announcement = "final answer is";
        if (before.LastIndexOf(Announcement, StringComparison.OrdinalIgnoreCase) is not (>= 0 and var at))
            return null;
        var answer = before[(at + Announcement.Length)..].Trim(" \t\r\n:.*");
        return answer.IsEmpty ? null : answer.ToString();
    }

    private static int AfterAnswerWord(ReadOnlySpan<char> text)
    {
        const string Word = "answer";
        for (var end = text.Length; text[..end].LastIndexOf(Word, StringComparison.OrdinalIgnoreCase) is >= 0 and var at; end = at)
        {
            if (Announces(text[(at + Word.Length)..], out var length))
                return at + Word.Length + length;
        }
        return -1;
    }

    /// <summary>Whether "is", "are", ":" or "=" follows the word "answer", over markdown marks and a few words such as "to the question".</summary>
    private static bool Announces(ReadOnlySpan<char> after, out int length)
    {
        length = 0;
        var i = Skip(after, 0);
        if (i < after.Length && after[i] is ':' or '=' or '：')
        {
            length = i + 1;
            return true;
        }
        // "answers are"; "answer to the question is"
        var window = after[..int.Min(after.Length, 60)];
        if (window.IndexOfAny('\n', '.') is >= 0 and var line)
            window = window[..line];
        foreach (var verb in (ReadOnlySpan<string>)[" is", " are"])
        {
            var at = window.IndexOf(verb, StringComparison.OrdinalIgnoreCase);
            var end = at + verb.Length;
            if (at < 0 || (end < after.Length && char.IsLetter(after[end])) || IsNegated(after[end..]))
                continue;
            length = end;
            return true;
        }
        return false;
    }

    private static bool IsNegated(ReadOnlySpan<char> after) => after.TrimStart().StartsWith("not ", StringComparison.OrdinalIgnoreCase);

    private static int AfterChinese(ReadOnlySpan<char> text)
    {
        var at = text.LastIndexOf("答案");
        if (at < 0)
            return -1;
        at += 2;
        // 答案是, 答案为, 答案应该是, 答案：
        var verb = text[at..int.Min(text.Length, at + 5)].IndexOfAny(ChineseVerbs);
        return verb >= 0 ? at + verb + 1 : -1;
    }

    /// <summary>"Réponse : 5", "Antwort: 5", "Ответ: 5", "La respuesta es 5": the word and what announces, near it.</summary>
    private static int AfterOtherLanguages(ReadOnlySpan<char> text)
    {
        var last = -1;
        foreach (var word in OtherLanguages)
        {
            var at = text.LastIndexOf(word);
            if (at <= last || at < 0)
                continue;
            var after = text[(at + word.Length)..];
            foreach (var verb in OtherVerbs)
            {
                if (after.TrimStart(" *_").StartsWith(verb))
                    last = at + word.Length + after.IndexOf(verb) + verb.Length;
            }
        }
        return last;
    }

    private static int AfterHashes(ReadOnlySpan<char> text)
    {
        var at = text.LastIndexOf("####");
        // "#### Step 3" is a markdown heading: only a number counts.
        if (at < 0)
            return -1;
        var rest = text[(at + 4)..].TrimStart(" $-−+€£*");
        return !rest.IsEmpty && (char.IsAsciiDigit(rest[0]) || rest[0] is '.' or '\\') ? at + 4 : -1;
    }

    private static int AfterLetterA(ReadOnlySpan<char> text)
    {
        var at = text.LastIndexOf("\nA: ");
        return at >= 0 ? at + 4 : text.StartsWith("A: ") ? 3 : -1;
    }

    /// <summary>Up to the line end, or to a full stop that ends the sentence outside dollars.</summary>
    private static ReadOnlySpan<char> Sentence(ReadOnlySpan<char> rest)
    {
        // "$$" alone on its line opens a display: its content is the answer.
        var dollars = rest.StartsWith("$$") || rest.StartsWith(@"\[");
        var inside = false;
        for (var i = 0; i < rest.Length; i++)
        {
            if (dollars && i > 1 && (rest[i..].StartsWith("$$") || rest[i..].StartsWith(@"\]")))
                return rest[..(i + 2)];
            if (!dollars && rest[i] == '\n')
                return rest[..i];
            if (!dollars && rest[i] == '$' && (i == 0 || rest[i - 1] != '\\'))
                inside = !inside;
            if (rest[i] == '.' && !inside && !dollars && (i + 1 == rest.Length || char.IsWhiteSpace(rest[i + 1])))
                return rest[..i];
        }
        return rest;
    }

    private static int Skip(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && text[i] is ' ' or '*' or '_')
            i++;
        return i;
    }
}
