using System.Text.Json;
using Grpo.Rewards.Language;
using Grpo.Testing;
using Xunit.Abstractions;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Conformance;

public class LanguageConformance(ITestOutputHelper output)
{
    [ConformanceFact("rewards/language_mixed.jsonl")]
    public void Ratio_is_within_a_twentieth_of_the_expected_one_for_different_scripts()
    {
        var (within, all) = (0, 0);
        foreach (var row in Rows.Of("rewards/language_mixed.jsonl"))
        {
            var (target, other) = (row.Text("target"), row.Text("other"));
            if (Languages.ScriptsOf(target).Intersect(Languages.ScriptsOf(other)).Any())
                continue;
            var expected = row.GetProperty("expected_word_ratio").GetDouble();
            var score = Reward("language_consistency", $$"""{"target":"{{target}}"}""").Score(Sample(row.Text("text")));
            all++;
            if (double.Abs(score.Score!.Value - expected) <= 0.05)
                within++;
            else
                output.WriteLine($"{target} with {other}: {score.Score:0.000}, expected {expected:0.000} {score.Details}");
        }
        output.WriteLine($"{within} of {all}");
        Assert.True(within == all, $"{within} of {all} within 0.05");
    }

    [ConformanceFact("rewards/language_sentences.jsonl")]
    public void A_sentence_is_wholly_in_its_own_language()
    {
        var (wrong, all) = (0, 0);
        foreach (var row in Rows.Of("rewards/language_sentences.jsonl"))
        {
            var score = Reward("language_consistency", $$"""{"target":"{{row.Text("lang")}}"}""").Score(Sample(row.Text("text")));
            all++;
            if (score.Score is null or < 0.9)
            {
                wrong++;
                output.WriteLine($"{row.Text("lang")} {score.Score} {score.Details} {row.Text("text")}");
            }
        }
        Assert.True(wrong <= 0.02 * all, $"{wrong} of {all}");
    }
}
