using System.Diagnostics;
using System.Text.Json;
using Grpo.Testing;
using Xunit.Abstractions;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Conformance;

public class MathAccuracyConformance(ITestOutputHelper output)
{
    [ConformanceFact("rewards/gsm8k_solutions.jsonl")]
    public void Every_gsm8k_solution_is_judged_as_its_label_says() =>
        Agree("rewards/gsm8k_solutions.jsonl", 1.0, row => (row.Text("solution"), row.Text("gold"), row.GetProperty("is_correct").GetBoolean()));

    [ConformanceFact("rewards/mr_gsm8k.jsonl")]
    public void Mr_gsm8k_agrees_with_human_labels() =>
        Agree("rewards/mr_gsm8k.jsonl", 0.99, row => (row.Text("solution"), row.Text("gold"), row.Text("answer_correct") == "correct"), row => row.GetProperty("answer_in_text").GetBoolean(),
            wronglyAccepted: 1); // one label says wrong although the text ends with the reference answer

    [ConformanceFact("rewards/math500.jsonl")]
    public void Math500_solutions_equal_their_own_answer() =>
        Agree("rewards/math500.jsonl", 1.0, row => (row.Text("solution"), row.Text("answer"), true));

    [ConformanceFact("rewards/math_pairs.jsonl")]
    public void Different_answers_of_one_kind_are_different() =>
        Agree("rewards/math_pairs.jsonl", 1.0, row => (Boxed(row.Text("pred")), row.Text("gold"), row.GetProperty("expected").GetBoolean()));

    [ConformanceFact("rewards/model_answers.jsonl")]
    public void Model_answers() =>
        Agree("rewards/model_answers.jsonl", 0.998, row => (Boxed(row.Text("pred")), row.Text("gold"), row.Text("adjudicated") == "equal"), row => row.Text("adjudicated") is "equal" or "different");

    [ConformanceFact("rewards/probe_pairs.jsonl")]
    public void Probe_pairs() =>
        Agree("rewards/probe_pairs.jsonl", 0.97, row => (Boxed(row.Text("pred")), row.Text("gold"), row.GetProperty("expected").GetBoolean()), row => row.GetProperty("policy").ValueKind == JsonValueKind.Null);

    [ConformanceFact("rewards/math_compare.jsonl")]
    public void Math_verify_comparisons() =>
        Agree("rewards/math_compare.jsonl", 0.79, row => (row.Text("prediction"), row.Text("gold"), row.GetProperty("expected").GetBoolean()),
            wronglyAccepted: 1); // a formula over several lines, which Math-Verify does not read as one

    [ConformanceFact("rewards/grader_cases.jsonl")]
    public void Other_graders_answers() =>
        Agree("rewards/grader_cases.jsonl", 0.96, row => (Boxed(row.Text("pred")), row.Text("gold"), row.GetProperty("expected").GetBoolean()),
            row => row.GetProperty("policy").ValueKind == JsonValueKind.Null && row.Text("form") is "answer" or "normalize");

    [ConformanceFact("rewards/issue_cases.jsonl")]
    public void Reported_cases() =>
        Agree("rewards/issue_cases.jsonl", 0.93, row => (Boxed(row.Text("pred")), row.Text("gold"), row.GetProperty("expected").GetBoolean()), row => row.Text("kind") == "compare");

    [ConformanceFact("rewards/issue_cases.jsonl")]
    public void Answers_made_to_exhaust_a_grader_return_at_once()
    {
        foreach (var row in Rows.Of("rewards/issue_cases.jsonl").Where(row => row.Text("kind") == "dos"))
        {
            var started = Stopwatch.GetTimestamp();
            var score = Reward("math_accuracy").Score(Sample(Boxed(row.Text("pred")), row.Text("gold")));
            var took = Stopwatch.GetElapsedTime(started);
            output.WriteLine($"{row.Text("note")}: {took.TotalMilliseconds:0.0} ms, {score.Score}, {score.Details["limit"]}");
            Assert.NotEqual(1, score.Score);
            Assert.True(took < TimeSpan.FromSeconds(2), $"{row.Text("note")} took {took}");
        }
    }

    private static string Boxed(string answer) => $@"So \boxed{{{answer}}}.";

    private void Agree(string file, double atLeast, Func<JsonElement, (string Completion, string Gold, bool Expected)> read, Func<JsonElement, bool>? include = null, int wronglyAccepted = 0)
    {
        var reward = Reward("math_accuracy");
        var (agree, all, falsePositives) = (0, 0, 0);
        foreach (var row in Rows.Of(file).Where(include ?? (_ => true)))
        {
            var (completion, gold, expected) = read(row);
            var score = reward.Score(Sample(completion, gold));
            all++;
            if (score.Score == (expected ? 1 : 0))
            {
                agree++;
                continue;
            }
            falsePositives += expected ? 0 : 1;
            output.WriteLine($"{(expected ? "missed" : "WRONGLY ACCEPTED")} gold {gold}: {score.Score} {score.Reason} {score.Details}");
        }
        output.WriteLine($"{file}: {agree} of {all}, {falsePositives} wrongly accepted");
        Assert.True(agree >= atLeast * all, $"{agree} of {all} agree");
        Assert.Equal(wronglyAccepted, falsePositives);
    }
}
