using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests;

public class CompositeRewardTests
{
    private const string Gated = """{"rewards":[{"name":"accuracy","weight":2},{"name":"reasoning_steps","weight":0.5}],"multiply_by":[{"name":"format"}]}""";

    [Theory]
    [InlineData("<think>First, we add.</think><answer>5</answer>", 2.0 + (0.5 / 3))]
    [InlineData("<think>we add.</think><answer>6</answer>", 0.0)]
    [InlineData("First, 5", 0.0)] // right, but the gate is shut
    public void Weights_and_gates(string completion, double score) =>
        Assert.Equal(score, Reward("composite", Gated).Score(Sample(completion, "5")).Score!.Value, 12);

    [Fact]
    public void Parts_without_a_score_are_skipped_or_zero()
    {
        const string Parts = "\"rewards\":[{\"name\":\"accuracy\"},{\"name\":\"language_consistency\"}]";
        Assert.Equal(1, Score($"{{{Parts}}}", "5"));
        Assert.Null(Score($"{{{Parts}}}", null));
        Assert.Equal(0, Score($"{{{Parts},\"null_policy\":\"zero\"}}", null));
        Assert.Null(Score("""{"multiply_by":[{"name":"language_consistency"}]}""", "5"));
        Assert.Equal(0, Score("""{"multiply_by":[{"name":"language_consistency"}],"null_policy":"zero"}""", "5"));

        static double? Score(string parameters, string? answer) => Reward("composite", parameters).Score(Sample("5", answer)).Score;
    }

    [Fact]
    public void It_says_what_its_parts_said()
    {
        var details = Reward("composite", Gated).Score(Sample("5", "5")).Details;
        Assert.Equal("5 equals 5", (string)details["rewards"]![0]!["reason"]!);
        Assert.Equal(0, (double)details["multiply_by"]![0]!["score"]!);
    }

    [Fact]
    public void Composites_nest() =>
        Assert.Equal(0.5, Reward("composite", """{"rewards":[{"name":"composite","weight":0.5,"params":{"rewards":[{"name":"accuracy"}]}}]}""").Score(Sample("5", "5")).Score);

    [Theory]
    [InlineData("""{"rewards":[]}""", "rewards")]
    [InlineData("""{"rewards":[null]}""", "rewards")]
    [InlineData("""{"rewards":[{"name":"kimi_length"}]}""", "rewards[0].name")]
    [InlineData("""{"rewards":[{"name":"accuracy"},{"name":"format","params":{"mode":"x"}}]}""", "rewards[1].params.mode")]
    [InlineData("""{"multiply_by":[{"name":"format","params":[]}]}""", "multiply_by[0].params")]
    [InlineData("""{"rewards":[{"nam":"accuracy"}]}""", "rewards[0]")]
    public void Bad_parts_are_refused_at_their_place(string parameters, string path) =>
        Assert.StartsWith(path, Assert.Throws<RewardParamsException>(() => Reward("composite", parameters)).Path, StringComparison.Ordinal);
}
