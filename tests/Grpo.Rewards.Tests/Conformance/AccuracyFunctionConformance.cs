using Grpo.Testing;

namespace Grpo.Rewards.Tests.Conformance;

/// <summary>The accuracy rewards of open-r1 and TRL count announced answers only.</summary>
public class AccuracyFunctionConformance
{
    private const string Anchored = """{"anchored_only":true}""";

    [ConformanceFact(RewardFunctionRows.File)]
    public void Accuracy() => Assert.NotEqual(0, RewardFunctionRows.Check("math_accuracy", RewardFunctionRows.Of("accuracy_reward"), _ => Anchored));

    [ConformanceFact(RewardFunctionRows.File)]
    public void Accuracy_after_the_reasoning() => Assert.NotEqual(0, RewardFunctionRows.Check("math_accuracy", RewardFunctionRows.Of("reasoning_accuracy_reward"), _ => Anchored));
}
