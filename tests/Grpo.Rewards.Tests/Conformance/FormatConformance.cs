using Grpo.Testing;

namespace Grpo.Rewards.Tests.Conformance;

public class FormatConformance
{
    [ConformanceFact(RewardFunctionRows.File)]
    public void Open_r1_format() =>
        Assert.True(RewardFunctionRows.Check("open_r1_format", [.. RewardFunctionRows.Of("open_r1.format_reward"), .. RewardFunctionRows.Of("format_reward", "huggingface/open-r1")]) > 30);

    [ConformanceFact(RewardFunctionRows.File)]
    public void Open_r1_format_before_2025_02_24() =>
        Assert.True(RewardFunctionRows.Check("open_r1_format", RewardFunctionRows.Of("open_r1.format_reward(before 2025-02-24)"), _ => """{"rule":"original"}""") > 20);

    [ConformanceFact(RewardFunctionRows.File)]
    public void Open_r1_tag_count() =>
        Assert.True(RewardFunctionRows.Check("open_r1_tag_count", [.. RewardFunctionRows.Of("open_r1.tag_count_reward"), .. RewardFunctionRows.Of("tag_count_reward")]) > 25);

    [ConformanceFact(RewardFunctionRows.File)]
    public void Trl_think_format() =>
        Assert.True(RewardFunctionRows.Check("trl_think_format", [.. RewardFunctionRows.Of("trl.think_format_reward"), .. RewardFunctionRows.Of("think_format_reward")]) > 25);

    [ConformanceFact(RewardFunctionRows.File)]
    public void Trl_think_format_with_optional_opening() =>
        Assert.True(RewardFunctionRows.Check("trl_think_format", RewardFunctionRows.Of("trl.think_format_reward(PR 7141)"), _ => """{"optional_opening":true}""") > 20);

    [ConformanceFact(RewardFunctionRows.File)]
    public void Xml_count() => Assert.True(RewardFunctionRows.Check("xml_count", RewardFunctionRows.Of("willccbb.xmlcount")) > 20);

    [ConformanceFact(RewardFunctionRows.File)]
    public void Code_format() =>
        Assert.True(RewardFunctionRows.Check("code_format", RewardFunctionRows.Of("code_format_reward"), row => row.GetProperty("factory_args").GetRawText()) >= 4);
}
