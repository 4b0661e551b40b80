using Grpo.Rollouts;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Shaping;

public class LengthRewardTests
{
    [Fact]
    public void Kimi_prefers_the_short_of_the_correct_and_never_pays_the_wrong()
    {
        var scores = Group("kimi_length", null, ("5", 10), ("5", 20), ("5", 30), ("6", 10), ("6", 30));
        Assert.Equal([0.5, 0, -0.5, 0, -0.5], scores);
    }

    [Fact]
    public void Kimi_gives_nothing_to_groups_of_one_length() => Assert.Equal([0, 0], Group("kimi_length", null, ("5", 10), ("6", 10)));

    [Fact]
    public void Kimi_counts_characters_when_any_token_count_is_missing()
    {
        Assert.Equal([0.5, -0.5], Group("kimi_length", null, ("5", 90), ("so 5", null)));
        Assert.Equal([0, null], Group("kimi_length", """{"length":"tokens"}""", ("5", 90), ("so 5", null)));
        Assert.Equal([0.5, -0.5], Group("kimi_length", """{"length":"characters"}""", ("5", 90), ("so 5", 3)));
    }

    [Fact]
    public void Kimi_without_a_verdict_is_null_or_correct()
    {
        RewardSample[] group = [Sample("5") with { Group = "g" }, Sample("so 5") with { Group = "g" }];
        Assert.Equal([null, null], Scores("kimi_length", null, group));
        Assert.Equal([0.5, -0.5], Scores("kimi_length", """{"unjudged":"correct"}""", group));
    }

    [Fact]
    public void Kimi_gives_nothing_to_a_group_of_one() => Assert.Equal([0], Group("kimi_length", null, ("5", 10)));

    [Fact]
    public void Cosine_falls_for_the_correct_and_rises_for_the_wrong()
    {
        const string Parameters = """{"max_len":100}""";
        Assert.Equal([1, 0.75, 0.5, 0.5], Group("cosine_scaled", Parameters, ("5", 0), ("5", 50), ("5", 100), ("5", 200)).Select(Rounded));
        Assert.Equal([-1, -0.75, -0.5], Group("cosine_scaled", Parameters, ("6", 0), ("6", 50), ("6", 100)).Select(Rounded));
        Assert.Equal([1], Group("cosine_scaled", """{"max_len":100,"clamp":false}""", ("5", 200)).Select(Rounded));
        Assert.Equal([null], Scores("cosine_scaled", null, [Sample("5")]));
        Assert.Equal([1], Scores("cosine_scaled", """{"unjudged":"one"}""", [Sample("5")]));
    }

    [Fact]
    public void Cosine_takes_its_verdict_from_any_reward()
    {
        const string Parameters = """{"max_len":10,"length":"characters","accuracy":{"name":"trl_think_format"}}""";
        Assert.Equal(-1, Reward("cosine_scaled", Parameters).Score(Sample("")).Score);
        Assert.Equal("accuracy.name", Refused("""{"accuracy":{"name":"kimi_length"}}""").Path);
        Assert.Equal("accuracy.name", Refused("""{"accuracy":{"name":"none such"}}""").Path);
        Assert.Equal("accuracy.weight", Refused("""{"accuracy":{"name":"format","weight":-1}}""").Path);
        Assert.Equal("accuracy.params.modee", Refused("""{"accuracy":{"name":"format","params":{"modee":1}}}""").Path);
        Assert.Equal("accuracy", Refused("""{"accuracy":{}}""").Path);

        static RewardParamsException Refused(string parameters) => Assert.Throws<RewardParamsException>(() => Reward("cosine_scaled", parameters));
    }

    [Fact]
    public void Overlong_completions_pay_along_a_slope()
    {
        const string Slope = "\"max_completion_len\":100,\"soft_punish_cache\":20";
        Assert.Equal([0, 0, -0.5, -1, -1], Group("soft_overlong", $"{{{Slope}}}", ("", 0), ("", 80), ("", 90), ("", 100), ("", 500)));
        Assert.Equal([0, -1, -2, -4], Group("soft_overlong", $"{{{Slope},\"capped\":false,\"penalty_factor\":2}}", ("", 80), ("", 90), ("", 100), ("", 120)));
        Assert.Equal([null], Group("soft_overlong", null, ("text", null)));
        Assert.Equal("soft_punish_cache", Assert.Throws<RewardParamsException>(() => Reward("soft_overlong", """{"max_completion_len":10}""")).Path);
    }

    [Theory]
    [InlineData(FinishReason.Stop, null, 1.0)]
    [InlineData(FinishReason.Length, null, 0.0)]
    [InlineData(FinishReason.Cancelled, null, null)]
    [InlineData(null, null, null)]
    [InlineData(FinishReason.Length, """{"coefficient":0.3,"reward":{"name":"accuracy"}}""", 0.3)]
    [InlineData(FinishReason.Stop, """{"coefficient":0.3,"reward":{"name":"accuracy"}}""", 1.0)]
    [InlineData(FinishReason.Length, """{"coefficient":-0.5,"reward":{"name":"accuracy"}}""", -0.5)]
    [InlineData(FinishReason.Stop, """{"reward":{"name":"language_consistency"}}""", null)]
    public void Truncated_completions_lose_their_reward(FinishReason? reason, string? parameters, double? score) =>
        Assert.Equal(score, Reward("stop_properly", parameters).Score(Sample("5", "5") with { FinishReason = reason }).Score);

    private static double? Rounded(double? score) => score is { } value ? double.Round(value, 12) : null;

    private static double?[] Group(string reward, string? parameters, params (string Text, int? Tokens)[] members) =>
        Scores(reward, parameters, [.. members.Select(member => Sample(member.Text, "5") with { TokenCount = member.Tokens, Group = "g" })]);

    private static double?[] Scores(string reward, string? parameters, RewardSample[] samples) =>
        [.. new RewardSet([WeightedReward.Bind(reward, 1, parameters is null ? null : Json(parameters))]).Score(samples).Samples.Select(sample => sample.Scores[reward].Score)];
}
