namespace Grpo.Rewards.Language;

/// <summary>A sentence, or short sentences together, whose words of one script are given one language.</summary>
/// <param name="target">The language that close evidence is decided for.</param>
/// <param name="margin">How far behind it may be, in nats per ten letters.</param>
internal sealed class LanguageWindow(string target, double margin)
{
    private readonly IReadOnlyList<Script> _targetScripts = Languages.ScriptsOf(target);
    private readonly List<(Word Word, string Label)> _words = [];
    private readonly string?[] _labels = new string?[(int)Script.Hangul + 1];

    /// <summary>The words, and after <see cref="Label"/> what each counts for.</summary>
    public IReadOnlyList<(Word Word, string Label)> Words => _words;

    /// <summary>Whether a sentence belongs here: there is none yet, or one of the two has few words and there is room.</summary>
    public bool Takes(List<Word> sentence, int few) =>
        _words.Count == 0 || ((_words.Count < few || sentence.Count < few) && _words.Count + sentence.Count <= WordScanner.MaxWords);

    /// <summary>Adds the words of a sentence; Chinese characters are Japanese in a sentence with kana and Chinese elsewhere.</summary>
    public void Add(List<Word> sentence)
    {
        var han = sentence.Exists(word => word.Script == Script.Kana) ? "ja" : "zh";
        foreach (var word in sentence)
            _words.Add((word, word.Script == Script.Han ? han : ""));
    }

    /// <summary>Gives every word its language.</summary>
    public void Label(ReadOnlySpan<char> text)
    {
        Array.Clear(_labels);
        for (var i = 0; i < _words.Count; i++)
        {
            var (word, label) = _words[i];
            if (label.Length == 0)
                _words[i] = (word, _labels[(int)word.Script] ??= LabelOf(word.Script, text));
        }
    }

    /// <summary>Forgets the words.</summary>
    public void Clear() => _words.Clear();

    private string LabelOf(Script script, ReadOnlySpan<char> text)
    {
        var isTargets = _targetScripts.Contains(script);
        if (LanguageModel.Of(script) is not { } model)
            return isTargets ? target : Languages.LabelOf(script);
        Span<int> against = stackalloc int[ScriptModel.MaxLanguages];
        for (var language = 0; language < model.Languages.Length; language++)
            against[language] = model.Behind[language];
        var letters = 0;
        foreach (var (word, _) in _words)
        {
            if (word.Script == script)
                letters += model.AddWord(text.Slice(word.Start, word.Length), against);
        }
        var best = 0;
        for (var language = 1; language < model.Languages.Length; language++)
            best = against[language] < against[best] ? language : best;
        var wanted = isTargets ? Array.IndexOf(model.Languages, Languages.ModelOf(target, script)) : -1;
        return wanted >= 0 && against[wanted] - against[best] <= margin * letters / 10 * ScriptModel.Unit ? target : model.Languages[best];
    }
}
