namespace Grpo.Rewards.Accuracy;

/// <summary>The accuracy reward that fits the reference. So far every reference is judged as mathematics, in which words are compared as words.</summary>
public static class AccuracyReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<MathAccuracyParams, MathAccuracyReward>
    {
        Name = "accuracy",
        Version = "1",
        Summary = "1 when the final answer is right, else 0: chooses the check by the reference. reference.answer: as math_accuracy.",
        ReferenceFields = ["answer"],
        Create = parameters => new(parameters),
    };
}
