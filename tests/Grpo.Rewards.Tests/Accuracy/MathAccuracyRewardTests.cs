using System.Diagnostics;
using FsCheck.Fluent;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Accuracy;

public class MathAccuracyRewardTests
{
    [Fact]
    public void Says_what_it_compared()
    {
        var score = Reward("accuracy").Score(Sample("<think>..</think><answer>1/2</answer>", @"\frac{1}{2}"));
        Assert.Equal(1, score.Score);
        Assert.Equal("1/2 equals 1/2", score.Reason);
        Assert.Equal("""{"status":"correct","extracted":"1/2","source":"answer_tag","gold":"1/2","prediction":"1/2","rule":"exact"}""", score.Details!.ToJsonString());
    }

    [Fact]
    public void A_missing_reference_is_no_score()
    {
        foreach (var reference in (string?[])[null, "{}", """{"answer": null}""", """{"answer": "  "}""", """{"answer": []}""", """{"answer": true}""", "[1]"])
        {
            var score = Reward("math_accuracy").Score(new() { Completion = "5", Reference = reference is null ? null : Json(reference) });
            Assert.Null(score.Score);
            Assert.Equal("reference.answer is missing", score.Reason);
        }
    }

    [Theory]
    [InlineData("""{"answer": 0.5}""", 1)]
    [InlineData("""{"answer": ["7", 0.5]}""", 1)]
    [InlineData("""{"answer": ["7", "8"]}""", 0)]
    [InlineData("""{"answer": "Half of one is 1/2.\n#### 0.5"}""", 1)]
    [InlineData("""{"answer": "Hence \\boxed{\\frac12}."}""", 1)]
    public void The_reference_may_be_a_number_a_list_or_a_whole_solution(string reference, double expected) =>
        Assert.Equal(expected, Reward("math_accuracy").Score(new() { Completion = "1/2", Reference = Json(reference) }).Score);

    [Fact]
    public void No_answer_scores_zero_and_says_so()
    {
        var score = Reward("math_accuracy").Score(Sample("I do\nnot know", "5"));
        Assert.Equal(0, score.Score);
        Assert.Equal("no answer found", score.Reason);
    }

    [Fact]
    public void A_budget_that_runs_out_is_no_score()
    {
        var powers = string.Join('+', Enumerable.Range(1, 200).Select(i => $"(x+{i})^{{99}}"));
        foreach (var bomb in (string[])[$@"\boxed{{{powers}}}", @"\boxed{1e400000000}", @"\boxed{9^{9^{9^9}}}", $@"\boxed{{{new string('{', 10_000)}1{new string('}', 10_000)}}}", new string('1', 1_000_001)])
        {
            var score = Reward("math_accuracy").Score(Sample(bomb, "5"));
            Assert.Null(score.Score);
            Assert.Equal(RewardScore.BudgetExhausted, score.Reason);
        }
    }

    [Fact]
    public void An_unreadable_reference_is_no_score() => Assert.Null(MathScore("5", "1e400000000"));

    [Theory]
    [InlineData("<think>")]
    [InlineData(@"\boxed{")]
    [InlineData(@"\boxed{}")]
    [InlineData("answer ")]
    [InlineData("the answer is not ")]
    [InlineData("$")]
    [InlineData("$ ")]
    [InlineData("<answer>")]
    [InlineData("{")]
    [InlineData("1,")]
    [InlineData("a1")]
    [InlineData("answer: ")]
    [InlineData("1/")]
    [InlineData("$1$ ")]
    [InlineData("𝟙")]
    public void A_million_hostile_characters_take_linear_time(string unit)
    {
        var completion = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        var started = Stopwatch.GetTimestamp();
        Reward("math_accuracy").Score(Sample(completion, "5"));
        // Quadratic work on a million characters would take minutes.
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Equal_rationals_score_one_however_they_are_written() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<short, byte, byte>((n, d, extra) =>
        {
            var (numerator, factor) = ((int)n, extra + 1);
            var denominator = d + 1;
            string[] forms =
            [
                $"{numerator}/{denominator}", $@"\frac{{{numerator}}}{{{denominator}}}", $@"\dfrac{{{numerator * factor}}}{{{denominator * factor}}}",
                $"{numerator * factor}/{denominator * factor}", $@"{numerator} \div {denominator}", $"{numerator * 100}/{denominator} %".Replace(" %", @"\%", StringComparison.Ordinal),
            ];
            return forms[..5].All(form => forms[..5].All(gold => MathScore($@"\boxed{{{form}}}", gold) == 1));
        }));

    [Fact]
    public void Decimals_and_percents_equal_their_fractions() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<short>(n =>
            MathScore($@"\boxed{{{n / 100m}}}", $"{n}/100") == 1 && MathScore($@"\boxed{{{n}\%}}", $"{n}/100") == 1 && MathScore($@"\boxed{{{n}e-2}}", $"{n}/100") == 1));

    [Fact]
    public void Different_rationals_score_zero() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<int, int, ushort>((a, c, denominators) =>
        {
            var (b, d) = ((denominators & 255) + 1, (denominators >> 8) + 1);
            return MathScore($@"\boxed{{{a}/{b}}}", $@"\frac{{{c}}}{{{d}}}") == ((long)a * d == (long)c * b ? 1 : 0);
        }));

    [Fact]
    public void No_text_makes_it_throw() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<string, string>((completion, gold) =>
        {
            foreach (var text in (string?[])[completion, $@"\boxed{{{completion}", $"<answer>{completion}</answer>", $"${completion}$"])
                Reward("math_accuracy").Score(Sample(text ?? "", gold));
            return true;
        }));
}
