using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Shaping;

public class RepetitionPenaltyRewardTests
{
    [Theory]
    [InlineData("", 3, 0.0)]
    [InlineData("one two", 3, 0.0)]
    [InlineData("one two three four", 3, 0.0)]
    [InlineData("Go on  go\nON go on", 2, -0.6)] // 5 bigrams, 2 of them different
    [InlineData("a a a a", 1, -0.75)]
    public void Repeated_ngrams_cost(string completion, int size, double score) =>
        Assert.Equal(score, Reward("repetition_penalty", $$"""{"ngram_size":{{size}}}""").Score(Sample(completion)).Score!.Value, 12);

    [Fact]
    public void Characters_are_code_points() =>
        Assert.Equal(-0.5, Reward("repetition_penalty", """{"ngram_size":2,"unit":"characters","max_penalty":-1}""").Score(Sample("好😀好😀好")).Score!.Value, 12);

    [Fact]
    public void The_penalty_is_not_positive() =>
        Assert.Equal("max_penalty", Assert.Throws<RewardParamsException>(() => Reward("repetition_penalty", """{"max_penalty":0.5}""")).Path);

    [Theory]
    [InlineData("Step 1: a\n- b\n* c", null, 1.0)]
    [InlineData("1. a\n2. b", null, 1.0 / 3)]
    [InlineData("1. a\n2. b", """{"numbered_lines":true}""", 2.0 / 3)]
    [InlineData("First, a. Next, b.", """{"steps":4}""", 0.5)]
    [InlineData("first we go", null, 0.0)]
    public void Marks_of_steps_pay(string completion, string? parameters, double score) =>
        Assert.Equal(score, Reward("reasoning_steps", parameters).Score(Sample(completion)).Score!.Value, 12);
}
