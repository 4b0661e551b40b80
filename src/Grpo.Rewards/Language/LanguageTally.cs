namespace Grpo.Rewards.Language;

/// <summary>Words by language: how many, in words of average length.</summary>
/// <param name="ByLanguage">Counted words of each label.</param>
/// <param name="Neutral">Words that say nothing about the language.</param>
public sealed record LanguageTally(IReadOnlyDictionary<string, double> ByLanguage, int Neutral)
{
    // Letters of an average word in scripts that put no spaces between words (ICU segmentation).
    private const double JapaneseLetters = 1.72;
    private const double UnspacedLetters = 4.26;

    /// <summary>Counts the words of a text.</summary>
    /// <param name="text">Text whose neutral spans are blanked.</param>
    /// <param name="target">A language of <see cref="Languages"/>: words in its scripts are taken for it.</param>
    /// <param name="hanWeight">Words that a Chinese character counts as in Chinese.</param>
    public static LanguageTally Count(string text, string target, double hanWeight)
    {
        var scripts = Languages.ScriptsOf(target);
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var neutral = 0;
        foreach (var sentence in WordScanner.Sentences(text))
        {
            var japanese = sentence.Any(word => word.Script == Script.Kana);
            var main = MainScript(sentence);
            foreach (var word in sentence)
            {
                // A name is a word of its own sentence; quoted in a sentence of another script it is only a name.
                if (word.IsNeutral || (word.IsName && word.Script != main))
                {
                    neutral++;
                    continue;
                }
                var label = Label(word.Script, japanese, target, scripts);
                counts[label] = counts.GetValueOrDefault(label) + Weight(word, label, hanWeight);
            }
        }
        return new(counts, neutral);
    }

    /// <summary>Chinese characters are Japanese in a sentence with kana and Chinese elsewhere; every other script is the target's if the target uses it.</summary>
    private static string Label(Script script, bool japanese, string target, IReadOnlyList<Script> scripts)
    {
        if (script == Script.Han)
            return japanese ? "ja" : "zh";
        return scripts.Contains(script) ? target : Languages.LabelOf(script);
    }

    /// <summary>The script of most letters that are in no name.</summary>
    private static Script MainScript(IReadOnlyList<Word> sentence)
    {
        Span<int> letters = stackalloc int[(int)Script.Hangul + 1];
        foreach (var word in sentence)
        {
            if (!word.IsNeutral && !word.IsName)
                letters[(int)word.Script] += word.Letters;
        }
        var main = 0;
        for (var script = 1; script < letters.Length; script++)
        {
            if (letters[script] > letters[main])
                main = script;
        }
        return letters[main] == 0 ? sentence[0].Script : (Script)main;
    }

    private static double Weight(Word word, string label, double hanWeight) => word.Script switch
    {
        Script.Han => word.Letters * (label == "ja" ? 1 / JapaneseLetters : hanWeight),
        Script.Kana => word.Letters / JapaneseLetters,
        _ when WordScanner.IsUnspaced(word.Script) => word.Letters / UnspacedLetters,
        _ => 1,
    };
}
