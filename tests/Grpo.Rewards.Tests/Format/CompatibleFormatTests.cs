using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Format;

/// <summary>The verdicts of the trainers' regular expressions, on texts of our own; conformance tests compare with their recorded outputs.</summary>
public class CompatibleFormatTests
{
    [Theory]
    [InlineData("<think>\nwhy\n</think>\n<answer>\n1\n</answer>", 1)]
    [InlineData("<think>\n\n</think>\n<answer>\n\n</answer>", 1)] // empty lines are lines
    [InlineData("<think>\n</think>\n<answer>\n1\n</answer>", 0)] // one line break cannot end one tag's line and start the other's
    [InlineData("<think>\nwhy\n</think>\n<answer>\n1\n</answer> x\n</answer>\nmore", 1)] // the end of any line is an end
    [InlineData("<think>\nwhy\n</think>\n<answer>\n1\n</answer> x", 0)]
    [InlineData("\n<think>\nwhy\n</think>\n<answer>\n1\n</answer>", 0)]
    [InlineData("", 0)]
    public void Open_r1_format(string completion, double score) => Assert.Equal(score, Reward("open_r1_format").Score(Sample(completion)).Score);

    [Theory]
    [InlineData("<think>why</think><answer>1</answer>", 1)]
    [InlineData("<think>why</think> \u001c\u00a0\n <answer>1</answer>", 1)]
    [InlineData("<think>why</think> so </think><answer>1</answer>", 1)]
    [InlineData("<think>why</think> so <answer>1</answer>", 0)]
    [InlineData("<think>why</think><answer>1</answer>.", 0)]
    public void Open_r1_format_of_old(string completion, double score) => Assert.Equal(score, Reward("open_r1_format", """{"rule":"original"}""").Score(Sample(completion)).Score);

    [Theory]
    [InlineData("<think>\na\n</think>\n<answer>\nb\n</answer>", 1.0)] // each tag is counted by itself: one line break may serve two
    [InlineData("<answer>\nb\n</answer>\n<think>\na\n</think>\n", 0.75)] // <answer> has no line break before it
    [InlineData("<think>\n<think>\n", 0.0)]
    public void Open_r1_tag_count(string completion, double score) => Assert.Equal(score, Reward("open_r1_tag_count").Score(Sample(completion)).Score);

    [Theory]
    [InlineData("<think></think>", 1, 1)]
    [InlineData("</think>", 0, 1)]
    [InlineData("<think>a<think>b</think>", 0, 0)]
    [InlineData("a<think>b</think>", 0, 0)]
    [InlineData("<think>a", 0, 0)]
    public void Trl_think_format(string completion, double score, double optional)
    {
        Assert.Equal(score, Reward("trl_think_format").Score(Sample(completion)).Score);
        Assert.Equal(optional, Reward("trl_think_format", """{"optional_opening":true}""").Score(Sample(completion)).Score);
    }

    [Fact]
    public void Xml_count_measures_code_points()
    {
        const string Kept = "<reasoning>\na\n</reasoning>\n<answer>\nb\n</answer>\n";
        Assert.Equal(0.5, Reward("xml_count").Score(Sample(Kept)).Score!.Value, 12);
        Assert.Equal(0.496, Reward("xml_count").Score(Sample(Kept + "😀😀")).Score!.Value, 12);
        Assert.True(Reward("xml_count").Score(Sample(Kept + new string('x', 10_000))).Score < -19);
    }

    [Fact]
    public void Code_format_wants_a_block_of_its_language()
    {
        const string Python = "<think>\na\n</think>\n<answer>\n```python\nx\n```\n</answer>";
        Assert.Equal(1, Reward("code_format").Score(Sample(Python)).Score);
        Assert.Equal(0, Reward("code_format", """{"language":"rust"}""").Score(Sample(Python)).Score);
        Assert.Equal(0, Reward("code_format").Score(Sample("<think>\na\n</think>\n<answer>\n```python\nx\n</answer>")).Score);
        Assert.Equal("language", Assert.Throws<RewardParamsException>(() => Reward("code_format", """{"language":""}""")).Path);
    }
}
