using System.Diagnostics;
using FsCheck.Fluent;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Format;

public class FormatRewardTests
{
    [Theory]
    [InlineData("<think>a</think><answer>b</answer>", 1)]
    [InlineData("<think>\na\n</think>\n<answer>\nb\n</answer>", 1)]
    [InlineData("<think>a</think> <answer>b</answer> \n", 1)]
    [InlineData("<think>a</think><answer>b</answer><|im_end|>", 1)]
    [InlineData("<think>a</think><answer>b</answer></s>", 1)]
    [InlineData("<think>1 < 2 </b></think><answer>b</answer>", 1)]
    [InlineData("<think>a</think><answer>b</answer> done", 0)]
    [InlineData("Sure! <think>a</think><answer>b</answer>", 0)]
    [InlineData("<think>a</think> so <answer>b</answer>", 0)]
    [InlineData("<answer>b</answer><think>a</think>", 0)]
    [InlineData("<think>a<answer>b</answer></think>", 0)]
    [InlineData("<think>a</think><think>a</think><answer>b</answer>", 0)]
    [InlineData("<think>a</think><answer>b</answer><answer>c</answer>", 0)]
    [InlineData("<think><think>a</think></think><answer>b</answer>", 0)]
    [InlineData("<think></think><answer>b</answer>", 0)]
    [InlineData("<think>a</think><answer> </answer>", 0)]
    [InlineData("<Think>a</Think><answer>b</answer>", 0)]
    [InlineData("<think>a</think><answer>b", 0)]
    [InlineData("a</think><answer>b</answer>", 0)]
    [InlineData("", 0)]
    public void Strict(string completion, double expected) => Assert.Equal(expected, Reward("format").Score(Sample(completion)).Score);

    [Theory]
    [InlineData("""{"preset":"think_only"}""", "<think>a</think>the answer", 1)]
    [InlineData("""{"preset":"think_only"}""", "<think>a</think>", 0)]
    [InlineData("""{"preset":"think_only"}""", "Hm <think>a</think>b", 0)]
    [InlineData("""{"preset":"think_boxed"}""", "<think>a</think>so \\boxed{4}", 1)]
    [InlineData("""{"preset":"think_boxed"}""", "<think>\\boxed{4}</think>so 4", 0)]
    [InlineData("""{"preset":"reasoning_answer"}""", "<reasoning>a</reasoning><answer>b</answer>", 1)]
    [InlineData("""{"preset":"custom","tags":["plan","code","answer"]}""", "<plan>a</plan><code>b</code><answer>c</answer>", 1)]
    [InlineData("""{"preset":"custom","tags":["plan","code","answer"]}""", "<plan>a</plan><answer>c</answer><code>b</code>", 0)]
    [InlineData("""{"strict_newlines":true}""", "<think>\na\n</think>\n<answer>\nb\n</answer>", 1)]
    [InlineData("""{"strict_newlines":true}""", "<think>a</think>\n<answer>\nb\n</answer>", 0)]
    [InlineData("""{"allow_outside_text":"any"}""", "Sure <think>a</think> so <answer>b</answer> ok", 1)]
    [InlineData("""{"allow_outside_text":"none"}""", "<think>a</think>  <answer>b</answer>", 0)]
    [InlineData("""{"require_nonempty":false}""", "<think></think><answer></answer>", 1)]
    [InlineData("""{"strip_special_tokens":false}""", "<think>a</think><answer>b</answer></s>", 0)]
    [InlineData("""{"prefilled":"think"}""", "a</think><answer>b</answer>", 1)]
    [InlineData("""{"prefilled":"think"}""", "<think>a</think><answer>b</answer>", 0)]
    [InlineData("""{"max_blocks":2}""", "<think>a</think><answer>b</answer>\n<think>c</think><answer>d</answer>", 1)]
    [InlineData("""{"max_blocks":2}""", "<think>a</think><answer>b</answer>", 1)]
    [InlineData("""{"max_blocks":2}""", "<think>a</think><think>c</think><answer>b</answer><answer>d</answer>", 0)]
    [InlineData("""{"max_blocks":2}""", "<think>a</think><answer>b</answer><think>c</think><answer> </answer>", 0)]
    [InlineData("""{"max_blocks":2}""", "<think>a</think><answer>b</answer><think>c</think>", 0)]
    [InlineData("""{"max_blocks":2}""", "<think>a</think><answer>b</answer><think>a</think><answer>b</answer><think>a</think><answer>b</answer>", 0)]
    [InlineData("""{"max_blocks":2,"prefilled":"think"}""", "a</think><answer>b</answer><think>c</think><answer>d</answer>", 1)]
    [InlineData("""{"forbid_nested":false}""", "<think>I write <answer>2</answer> in <think>tags</think></think><answer>2</answer>", 1)]
    [InlineData("""{"forbid_nested":false}""", "<think>a <think>b</think><answer>2</answer>", 0)]
    [InlineData("""{"forbid_nested":false}""", "</think><think>a</think><answer>2</answer>", 0)]
    [InlineData("""{"forbid_nested":false,"prefilled":"think"}""", "no <answer> yet</think><answer>2</answer>", 1)]
    [InlineData("""{"prefilled":"none"}""", "a</think><answer>b</answer>", 0)]
    public void Layouts(string parameters, string completion, double expected) => Assert.Equal(expected, Reward("format", parameters).Score(Sample(completion)).Score);

    [Fact]
    public void Auto_sees_that_the_prompt_opened_the_section()
    {
        const string Completion = "a</think><answer>b</answer>";
        Assert.Equal(1, Reward("format").Score(Sample(Completion, prompt: "Solve it. <think>\n")).Score);
        Assert.Equal(0, Reward("format").Score(Sample(Completion, prompt: "Solve it.")).Score);
        var messages = Json("""[{"role":"user","content":"Solve it."},{"role":"assistant","content":"<think>\n"}]""");
        Assert.Equal(1, Reward("format").Score(new() { Completion = Completion, Messages = messages }).Score);
    }

    [Fact]
    public void Soft_is_the_share_of_clauses_and_lists_them()
    {
        var score = Reward("format", """{"mode":"soft"}""").Score(Sample("<think>a</think>\n<answer>b"));
        // Four tag counts, of which three hold; order, two sections not empty, and nothing outside do not.
        Assert.Equal(3 / 8.0, score.Score);
        Assert.Equal("broken: </answer> once; sections in order; think not empty; answer not empty; nothing outside", score.Reason);
        Assert.Equal(8, score.Details!["clauses"]!.AsObject().Count);
    }

    [Theory]
    [InlineData("<think>")]
    [InlineData("</think")]
    [InlineData("<")]
    [InlineData("<|x|>")]
    [InlineData("|>")]
    public void A_million_hostile_characters_take_linear_time(string unit)
    {
        var started = Stopwatch.GetTimestamp();
        Assert.Equal(0, Reward("format").Score(Sample(string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length)))).Score);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Strict_is_one_exactly_when_soft_is_one() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<int>(seed =>
        {
            string[] parts = ["<think>", "</think>", "<answer>", "</answer>", "a", " ", "\n"];
            var random = new Random(seed);
            var text = "<think>a</think>" + string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => parts[random.Next(parts.Length)])) + "<answer>b</answer>";
            var soft = Reward("format", """{"mode":"soft"}""").Score(Sample(text)).Score;
            return soft is >= 0 and <= 1 && Reward("format").Score(Sample(text)).Score == (soft == 1 ? 1 : 0);
        }));
}
