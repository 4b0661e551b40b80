using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grpo.Rewards.Language;

/// <summary>The share of words in the language wanted.</summary>
/// <remarks>
/// The language reward of DeepSeek-R1: Num(Words_target) / Num(Words) over the chain of thought (arXiv:2501.12948v2 equation 7). That paper says neither
/// what a word is nor how its language is told. Here formulas, code, markup and symbols are left out; the script tells a word's language where it can, and the
/// languages that share a script are told apart sentence by sentence, by letter n-grams.
/// </remarks>
public sealed class LanguageConsistencyReward(LanguageConsistencyParams parameters) : ISampleReward
{
    private const int MaxText = 4_000_000;
    private const string ThinkOpen = "<think>";
    private const string ThinkClose = "</think>";
    private const string AnswerOpen = "<answer>";

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<LanguageConsistencyParams, LanguageConsistencyReward>
    {
        Name = "language_consistency",
        Version = "3",
        Summary = "Share of the words of the chain of thought that are in the target language (params.target or reference.language): words_target / words, without code, formulas, markup and symbols. The script tells the language of a word, and letter n-grams that of each sentence in Latin, Cyrillic, Arabic or Devanagari letters.",
        Formula = "ratio: score = words_target / words; gate: score = 1[words_target / words >= threshold]",
        Source = "DeepSeek-R1, arXiv:2501.12948v2 equation 7",
        ReferenceFields = ["language"],
        Languages = Languages.Tags,
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var wanted = parameters.Target ?? (sample.ReferenceField("language") is { ValueKind: JsonValueKind.String } language ? language.GetString() : null);
        if (wanted is null)
            return RewardScore.None("no target: give params.target or reference.language");
        if (Languages.Primary(wanted) is not { } target)
            return RewardScore.None($"unknown language '{wanted}'");

        var (text, unclosed) = InScope(sample.Completion, parameters.Scope);
        if (text.Length > MaxText)
            return RewardScore.None(RewardScore.BudgetExhausted, new() { ["limit"] = $"more than {MaxText} characters to judge" });
        var tally = LanguageTally.Count(NeutralSpans.Blank(text, parameters.IgnoreQuotes, out var spans), target, parameters.HanWeight, parameters.Margin);
        var (mine, all) = (tally.ByLanguage.GetValueOrDefault(target), tally.ByLanguage.Values.Sum());
        var details = Details(target, tally, spans);
        if (parameters.Scope == LanguageScope.Cot)
            details["think_unclosed"] = unclosed;
        if (all == 0 || all < parameters.MinWords)
            return Empty(all == 0 ? "no words to count" : $"only {all:0.#} words to count", details);
        var score = parameters.Mode == LanguageMode.Ratio ? mine / all : mine / all >= parameters.Threshold ? 1 : 0;
        return RewardScore.Of(score, $"{mine:0.#} of {all:0.#} words are {target}", details);
    }

    private static JsonObject Details(string target, LanguageTally tally, int spans)
    {
        var words = new JsonObject();
        foreach (var (label, count) in tally.ByLanguage)
            words[label] = double.Round(count, 2);
        return new() { ["target"] = target, ["language"] = tally.ByLanguage.Count == 0 ? null : tally.ByLanguage.MaxBy(pair => pair.Value).Key, ["words"] = words, ["neutral_words"] = tally.Neutral, ["neutral_spans"] = spans };
    }

    private RewardScore Empty(string reason, JsonObject details) =>
        parameters.Empty == EmptyScore.Null ? RewardScore.None(reason, details) : RewardScore.Of(parameters.Empty == EmptyScore.One ? 1 : 0, reason, details);

    /// <summary>The part to judge, and whether the chain of thought had no end.</summary>
    private static (string Text, bool Unclosed) InScope(string completion, LanguageScope scope)
    {
        if (scope == LanguageScope.All)
            return (completion, false);
        var answer = completion.LastIndexOf(AnswerOpen, StringComparison.Ordinal);
        var close = completion.AsSpan(0, answer < 0 ? completion.Length : answer).LastIndexOf(ThinkClose);
        if (scope == LanguageScope.Answer)
            return (close >= 0 ? completion[(close + ThinkClose.Length)..] : answer >= 0 ? completion[answer..] : "", close < 0);
        var open = completion.IndexOf(ThinkOpen, StringComparison.Ordinal);
        var start = open >= 0 && (close < 0 || open < close) ? open + ThinkOpen.Length : 0;
        return (close < 0 ? completion[start..] : completion[start..close], close < 0);
    }
}
