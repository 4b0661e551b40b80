using Grpo.Rewards.Accuracy;
using Grpo.Rewards.Format;
using Grpo.Rewards.Language;
using Grpo.Rewards.Shaping;

namespace Grpo.Rewards;

/// <summary>Every reward this build offers. A further reward is one file with a definition, and one line here.</summary>
public static class RewardCatalog
{
    /// <summary>All definitions, in the order they are listed to callers.</summary>
    public static IReadOnlyList<RewardDefinition> All { get; } =
    [
        AccuracyReward.Definition,
        MathAccuracyReward.Definition,
        NumericAccuracyReward.Definition,
        ChoiceAccuracyReward.Definition,
        ExactMatchReward.Definition,
        TokenF1Reward.Definition,
        RegexMatchReward.Definition,
        JsonMatchReward.Definition,
        JsonSchemaReward.Definition,
        CountdownReward.Definition,
        FormatReward.Definition,
        OpenR1FormatReward.Definition,
        OpenR1TagCountReward.Definition,
        TrlThinkFormatReward.Definition,
        XmlCountReward.Definition,
        CodeFormatReward.Definition,
        LanguageConsistencyReward.Definition,
        KimiLengthReward.Definition,
        CosineScaledReward.Definition,
        RepetitionPenaltyReward.Definition,
        SoftOverlongReward.Definition,
        StopProperlyReward.Definition,
        ReasoningStepsReward.Definition,
        CompositeReward.Definition,
    ];

    /// <summary>The definition of that name, or null.</summary>
    public static RewardDefinition? Find(string name) => All.FirstOrDefault(definition => definition.Name == name);
}
