using System.Text.Json;
using Grpo.Testing;
using Xunit.Abstractions;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Conformance;

public class ChoiceConformance(ITestOutputHelper output)
{
    [ConformanceFact("rewards/grader_cases.jsonl")]
    public void Multiple_choice_answers()
    {
        var (agree, all) = (0, 0);
        foreach (var row in Rows.Of("rewards/grader_cases.jsonl").Where(row => row.Text("form").StartsWith("mcq", StringComparison.Ordinal)))
        {
            var reference = row.TryGetProperty("choices", out var choices) ? (object)new { answer = row.Text("gold"), choices } : new { answer = row.Text("gold") };
            var score = Reward("choice_accuracy").Score(Sample(row.Text("pred")) with { Reference = JsonSerializer.SerializeToElement(reference) });
            all++;
            if (score.Score == (row.GetProperty("expected").GetBoolean() ? 1 : 0))
                agree++;
            else
                output.WriteLine($"{score.Score} {score.Reason}: {row}");
        }
        output.WriteLine($"{agree} of {all}");
        Assert.Equal(all, agree);
    }
}
