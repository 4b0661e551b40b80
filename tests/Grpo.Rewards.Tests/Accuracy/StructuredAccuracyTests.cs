using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Accuracy;

public class StructuredAccuracyTests
{
    private const string Gold = """{"json":{"name":"Ada","tags":["a","b"],"address":{"zip":"1"},"age":36}}""";

    [Theory]
    [InlineData("""{"age":36.0,"name":"Ada","tags":["a","b"],"address":{"zip":"1"}}""", 1.0, 1.0)]
    [InlineData("""{"age":36,"name":"Ada","tags":["b","a"],"address":{"zip":"1"}}""", 0.0, 0.6)]
    [InlineData("""{"age":36,"name":"Ada","tags":["a","b"],"address":{"zip":"1"},"more":1}""", 0.0, 1.0)]
    [InlineData("""{"age":"36"}""", 0.0, 0.0)]
    [InlineData("{\"age\":36", 0.0, 0.0)]
    [InlineData("", 0.0, 0.0)]
    public void Json_field_by_field(string answer, double strict, double partial)
    {
        foreach (var completion in new[] { answer, $"<think>{{}}</think>Here:\n```json\n{answer}\n```\nDone.", $"<answer>{answer}</answer>" })
        {
            Assert.Equal(strict, Score("json_match", null, completion, Gold));
            Assert.Equal(partial, Score("json_match", """{"mode":"partial"}""", completion, Gold)!.Value, 12);
            Assert.Equal(strict, Score("accuracy", null, completion, Gold));
        }
    }

    [Fact]
    public void Json_lists_may_be_bags()
    {
        const string Lists = """{"json":[{"a":1,"b":2},{"a":3,"b":4},[]]}""";
        Assert.Equal(1, Score("json_match", """{"ignore_order":true}""", """[[],{"b":4,"a":3},{"a":1,"b":2}]""", Lists));
        Assert.Equal(0, Score("json_match", """{"ignore_order":true}""", """[[],[],{"b":4,"a":3},{"a":1,"b":2}]""", Lists));
        Assert.Equal(0, Score("json_match", null, """[[],{"b":4,"a":3},{"a":1,"b":2}]""", Lists));
    }

    [Fact]
    public void Json_numbers_may_be_near()
    {
        Assert.Equal(1, Score("json_match", """{"numeric_tolerance":0.1}""", "[1.05]", """{"json":[1]}"""));
        Assert.Equal(0, Score("json_match", null, "[1.05]", """{"json":[1]}"""));
        Assert.Equal(0, Score("json_match", null, "[1e400]", """{"json":[1]}"""));
    }

    [Fact]
    public void Json_takes_the_last_block_marked_json() =>
        Assert.Equal(1, Score("json_match", null, "```json\n1\n```\n```json\n2\n```\n```\n3\n```", """{"json":2}"""));

    [Fact]
    public void Json_without_a_reference_or_beyond_the_budget_has_no_score()
    {
        Assert.Null(Score("json_match", null, "1", "{}"));
        var list = $"[{string.Join(',', Enumerable.Range(0, 2_000))}]";
        var other = $"[{string.Join(',', Enumerable.Range(5_000, 2_000))}]";
        var score = Reward("json_match", """{"ignore_order":true}""").Score(Sample(other) with { Reference = Json($$"""{"json":{{list}}}""") });
        Assert.Equal((null, RewardScore.BudgetExhausted), (score.Score, score.Reason));
        Assert.Equal(0, Score("json_match", null, new string('[', 100_000), "{\"json\":1}"));
    }

    [Theory]
    [InlineData("<answer>(25 - 1) * 3 / 3</answer>", 1.0)]
    [InlineData("<answer>(25 - 1) × 3 ÷ 3 = 24</answer>", 1.0)]
    [InlineData(@"\boxed{3 \times (25-1)/3}", 1.0)]
    [InlineData("Let me try.\n3/3*(25-1)", 1.0)]
    [InlineData("<answer>(25 - 1) * 3 / 3 = 25</answer>", 0.1)]
    [InlineData("<answer>25 - 1</answer>", 0.1)]
    [InlineData("<answer>24</answer>", 0.1)]
    [InlineData("<answer>3 * 3 + 25 + 1</answer>", 0.1)]
    [InlineData("<answer>25 / (3 - 3) + 1</answer>", 0.0)]
    [InlineData("<answer>25 - 1 * 3 **</answer>", 0.0)]
    [InlineData("<answer>25 -- 1</answer>", 0.0)]
    [InlineData("<answer>(25 - 1</answer>", 0.0)]
    [InlineData("<answer>print(24)</answer>", 0.0)]
    [InlineData("", 0.0)]
    public void Countdown(string completion, double score) =>
        Assert.Equal(score, Score("countdown", """{"wrong_score":0.1}""", completion, """{"numbers":[3,25,1,3],"target":24}"""));

    [Fact]
    public void Countdown_may_leave_numbers_out()
    {
        const string Game = """{"numbers":[3,25,1],"target":24}""";
        Assert.Equal(1, Score("countdown", """{"use":"at_most_once"}""", "<answer>25-1</answer>", Game));
        Assert.Equal(0, Score("countdown", null, "<answer>25-1</answer>", Game));
        Assert.Equal(1, Score("accuracy", null, "<answer>8*3</answer>", """{"numbers":[3,8],"target":24}"""));
        Assert.Null(Score("countdown", null, "<answer>25-1</answer>", """{"numbers":["3"],"target":24}"""));
        Assert.Null(Score("countdown", null, "<answer>25-1</answer>", """{"numbers":[3]}"""));
        Assert.Null(Score("countdown", null, $"<answer>{new string('(', 1_000)}</answer>", Game));
        Assert.Equal(1, Score("countdown", null, "<answer>1/3+2/3</answer>", """{"numbers":[1,2,3,3],"target":1}""")); // exactly, not nearly
    }

    private static double? Score(string reward, string? parameters, string completion, string reference) =>
        Reward(reward, parameters).Score(Sample(completion) with { Reference = Json(reference) }).Score;
}
