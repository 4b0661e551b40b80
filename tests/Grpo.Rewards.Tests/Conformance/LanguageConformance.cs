using System.Text.Json;
using Grpo.Rewards.Language;
using Grpo.Testing;
using Xunit.Abstractions;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Conformance;

public class LanguageConformance(ITestOutputHelper output)
{
    [ConformanceFact("rewards/language_mixed.jsonl")]
    public void Ratio_is_near_the_expected_one()
    {
        var (within, all) = (new int[2], new int[2]);
        foreach (var row in Rows.Of("rewards/language_mixed.jsonl"))
        {
            var (target, other) = (row.Text("target"), row.Text("other"));
            var sameScript = Languages.ScriptsOf(target).Intersect(Languages.ScriptsOf(other)).Any() ? 1 : 0;
            var expected = row.GetProperty("expected_word_ratio").GetDouble();
            var score = Score(target, row.Text("text"));
            all[sameScript]++;
            if (double.Abs(score.Score!.Value - expected) <= (sameScript == 1 ? 0.10 : 0.05))
                within[sameScript]++;
            else
                output.WriteLine($"{target} with {other}: {score.Score:0.000}, expected {expected:0.000} {score.Details.ToJsonString()}");
        }
        output.WriteLine($"different scripts {within[0]} of {all[0]}, same script {within[1]} of {all[1]}");
        Assert.True(within[0] >= 0.95 * all[0] && within[1] >= 0.95 * all[1], $"{within[0]} of {all[0]} and {within[1]} of {all[1]}");
    }

    [ConformanceFact("rewards/language_mixed.jsonl")]
    public void Formulas_and_code_change_nothing()
    {
        string[] neutral = ["$x^2 + y^2 = z^2$", @"\[ \int_0^1 x\,dx = \frac12 \]", "```python\nprint(hello)\n```", "`for i in range(10): total += i`", @"\(\text{sum} = 3\)", "3 + 4 = 7"];
        foreach (var row in Rows.Of("rewards/language_mixed.jsonl"))
        {
            var target = row.Text("target");
            string[] sentences = [.. row.GetProperty("sentences").EnumerateArray().Select(sentence => sentence.GetString()!)];
            var plain = Score(target, string.Join('\n', sentences));
            var spiced = Score(target, string.Join('\n', sentences.Select((sentence, i) => $"{sentence}\n{neutral[i % neutral.Length]}")));
            Assert.Equal(plain.Score!.Value, spiced.Score!.Value, 0.01);
        }
    }

    [ConformanceFact("rewards/language_sentences.jsonl")]
    public void A_sentence_is_wholly_in_its_own_language()
    {
        var (wrong, all) = (0, 0);
        foreach (var row in Rows.Of("rewards/language_sentences.jsonl"))
        {
            var score = Score(row.Text("lang"), row.Text("text"));
            all++;
            if (score.Score is null or < 0.9)
            {
                wrong++;
                output.WriteLine($"{row.Text("lang")} {score.Score} {score.Details} {row.Text("text")}");
            }
        }
        Assert.True(wrong <= 0.02 * all, $"{wrong} of {all}");
    }

    [ConformanceFact("rewards/language_sentences.jsonl")]
    public void Most_words_of_a_sentence_are_in_its_own_language_whatever_the_target()
    {
        var (wrong, all) = (0, 0);
        foreach (var row in Rows.Of("rewards/language_sentences.jsonl"))
        {
            // A target of another script favours no language.
            var language = Score(row.Text("lang") is "ka" ? "el" : "ka", row.Text("text")).Details["language"]?.GetValue<string>();
            all++;
            if (language != row.Text("lang"))
            {
                wrong++;
                output.WriteLine($"{row.Text("lang")} as {language}: {row.Text("text")}");
            }
        }
        output.WriteLine($"{all - wrong} of {all}");
        Assert.True(wrong <= 0.02 * all, $"{wrong} of {all}");
    }

    private static RewardScore Score(string target, string text) => Reward("language_consistency", $$"""{"target":"{{target}}"}""").Score(Sample(text));
}
