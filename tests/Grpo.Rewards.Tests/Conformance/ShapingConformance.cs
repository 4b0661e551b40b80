using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Testing;

namespace Grpo.Rewards.Tests.Conformance;

public class ShapingConformance
{
    [ConformanceFact(RewardFunctionRows.File)]
    public void Kimi_length() => Assert.NotEqual(0, RewardFunctionRows.Check("kimi_length", RewardFunctionRows.Of("len_reward"), row => With(row, """{"length":"characters","unjudged":"correct"}""")));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Cosine_scaled() => Assert.NotEqual(0, RewardFunctionRows.Check("cosine_scaled", RewardFunctionRows.Of("cosine_scaled_reward"), row => With(row, Factory(row))));

    // Words of Chinese are found by a segmenter there; we offer characters.
    [ConformanceFact(RewardFunctionRows.File)]
    public void Repetition_penalty() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("repetition_penalty", RewardFunctionRows.Of("repetition_penalty_reward").Where(row => !Factory(row).Contains("zh", StringComparison.Ordinal)), WithoutLanguage));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Soft_overlong() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("soft_overlong", [.. RewardFunctionRows.Of("soft_overlong_punishment_reward"), .. RewardFunctionRows.Of("soft_overlong_punishment")], Factory));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Reasoning_steps() => Assert.NotEqual(0, RewardFunctionRows.Check("reasoning_steps", RewardFunctionRows.Of("reasoning_steps_reward")));

    /// <summary>The parameters; where the references are words they judge numbers only, as those functions cannot read words and then do not judge. We compare words with words.</summary>
    private static string With(JsonElement row, string parameters)
    {
        var node = JsonNode.Parse(parameters)?.AsObject() ?? [];
        if (row.GetProperty("args").GetProperty("solution").EnumerateArray().All(solution => solution.GetString() is "unparseable_latex" or "forty two"))
            node["accuracy"] = new JsonObject { ["name"] = "numeric_accuracy" };
        return node.ToJsonString();
    }

    private static string Factory(JsonElement row) => row.GetProperty("factory_args").GetRawText();

    private static string WithoutLanguage(JsonElement row)
    {
        var parameters = JsonNode.Parse(Factory(row))!.AsObject();
        parameters.Remove("language");
        return parameters.ToJsonString();
    }
}
