using Grpo.Testing;

namespace Grpo.Rewards.Tests.Conformance;

public class FormatConformance
{
    [ConformanceFact(RewardFunctionRows.File)]
    public void Open_r1_format() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("open_r1_format", [.. RewardFunctionRows.Of("open_r1.format_reward"), .. RewardFunctionRows.Of("format_reward", "huggingface/open-r1")]));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Open_r1_format_before_2025_02_24() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("open_r1_format", RewardFunctionRows.Of("open_r1.format_reward(before 2025-02-24)"), _ => """{"rule":"original"}"""));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Open_r1_tag_count() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("open_r1_tag_count", [.. RewardFunctionRows.Of("open_r1.tag_count_reward"), .. RewardFunctionRows.Of("tag_count_reward")]));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Trl_think_format() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("trl_think_format", [.. RewardFunctionRows.Of("trl.think_format_reward"), .. RewardFunctionRows.Of("think_format_reward")]));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Trl_think_format_with_optional_opening() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("trl_think_format", RewardFunctionRows.Of("trl.think_format_reward(PR 7141)"), _ => """{"optional_opening":true}"""));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Xml_count() => Assert.NotEqual(0, RewardFunctionRows.Check("xml_count", RewardFunctionRows.Of("willccbb.xmlcount")));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Code_format() =>
        Assert.NotEqual(0, RewardFunctionRows.Check("code_format", RewardFunctionRows.Of("code_format_reward"), row => row.GetProperty("factory_args").GetRawText()));
}
