using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Testing;

namespace Grpo.Rewards.Tests.Conformance;

public class ShapingConformance
{
    // open-r1 cannot read these references, which are words, and so gives the answer no verdict; we compare words with words.
    private static readonly string[] ReadByUs = ["unparseable_latex", "forty two"];

    [ConformanceFact(RewardFunctionRows.File)]
    public void Kimi_length() => Assert.NotEqual(0, RewardFunctionRows.Check("kimi_length", Readable("len_reward"), _ => """{"length":"characters"}"""));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Cosine_scaled() => Assert.NotEqual(0, RewardFunctionRows.Check("cosine_scaled", Readable("cosine_scaled_reward"), Factory));

    // Words of Chinese are found by a segmenter there; we offer characters.
    [ConformanceFact(RewardFunctionRows.File)]
    public void Repetition_penalty() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("repetition_penalty", RewardFunctionRows.Of("repetition_penalty_reward").Where(row => !Factory(row).Contains("zh", StringComparison.Ordinal)), WithoutLanguage));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Soft_overlong() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("soft_overlong", [.. RewardFunctionRows.Of("soft_overlong_punishment_reward"), .. RewardFunctionRows.Of("soft_overlong_punishment")], Factory));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Reasoning_steps() => Assert.NotEqual(0, RewardFunctionRows.Check("reasoning_steps", RewardFunctionRows.Of("reasoning_steps_reward")));

    private static IEnumerable<JsonElement> Readable(string function) =>
        RewardFunctionRows.Of(function).Where(row => !ReadByUs.Any(word => row.GetProperty("args").GetRawText().Contains(word, StringComparison.Ordinal)));

    private static string Factory(JsonElement row) => row.GetProperty("factory_args").GetRawText();

    private static string WithoutLanguage(JsonElement row)
    {
        var parameters = JsonNode.Parse(Factory(row))!.AsObject();
        parameters.Remove("language");
        return parameters.ToJsonString();
    }
}
