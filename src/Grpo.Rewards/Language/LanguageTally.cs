using System.Runtime.InteropServices;

namespace Grpo.Rewards.Language;

/// <summary>Words by language: how many, in words of average length.</summary>
/// <param name="ByLanguage">Counted words of each language, or of a script whose language is not told.</param>
/// <param name="Neutral">Words that say nothing about the language.</param>
internal sealed record LanguageTally(SortedDictionary<string, double> ByLanguage, int Neutral)
{
    // Letters of an average word in scripts that put no spaces between words (ICU segmentation).
    private const double JapaneseLetters = 1.72;
    private const double UnspacedLetters = 4.26;

    // A sentence with fewer words says too little: it is judged together with the one before it.
    private const int FewWords = 3;

    /// <summary>Counts the words of a text.</summary>
    /// <param name="text">Text whose neutral spans are blanked.</param>
    /// <param name="target">A language of <see cref="Languages"/>; where the evidence is close its words are taken for it.</param>
    /// <param name="hanWeight">Words that a Chinese character counts as in Chinese.</param>
    /// <param name="margin">How far, in nats per ten letters, the target may be behind the likeliest language of its script.</param>
    public static LanguageTally Count(ReadOnlySpan<char> text, string target, double hanWeight, double margin)
    {
        var window = new LanguageWindow(target, margin);
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var neutral = 0;
        List<Word> sentence = [];
        for (var at = 0; WordScanner.Next(text, ref at, sentence);)
        {
            var main = MainScript(sentence);
            // A name is a word of its own sentence; quoted in a sentence of another script it is only a name.
            neutral += sentence.RemoveAll(word => word.IsNeutral || (word.IsName && word.Script != main));
            if (!window.Takes(sentence, FewWords))
                Flush(text);
            window.Add(sentence);
        }
        Flush(text);
        return new(counts, neutral);

        void Flush(ReadOnlySpan<char> text)
        {
            window.Label(text);
            foreach (var (word, label) in window.Words)
                counts[label] = counts.GetValueOrDefault(label) + Weight(word, label, hanWeight);
            window.Clear();
        }
    }

    /// <summary>The script of most letters that are in no name.</summary>
    private static Script MainScript(List<Word> sentence)
    {
        Span<int> letters = stackalloc int[(int)Script.Hangul + 1];
        foreach (var word in CollectionsMarshal.AsSpan(sentence))
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
