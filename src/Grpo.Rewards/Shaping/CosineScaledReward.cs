using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace Grpo.Rewards.Shaping;

/// <summary>The score of a completion whose accuracy could not be judged.</summary>
public enum UnjudgedScore
{
    /// <summary>None, as in TRL.</summary>
    Null,

    /// <summary>1 whatever the length, as in open-r1.</summary>
    One,
}

/// <summary>Parameters of <see cref="CosineScaledReward"/>, named as in open-r1 and TRL.</summary>
public sealed record CosineScaledParams
{
    /// <summary>Score of the shortest wrong completion.</summary>
    [Description("Score of a wrong completion of length 0.")]
    [Range(-100.0, 100.0)]
    public double MinValueWrong { get; init; } = -1;

    /// <summary>Score of the longest wrong completion.</summary>
    [Description("Score of a wrong completion of length max_len.")]
    [Range(-100.0, 100.0)]
    public double MaxValueWrong { get; init; } = -0.5;

    /// <summary>Score of the longest correct completion.</summary>
    [Description("Score of a correct completion of length max_len.")]
    [Range(-100.0, 100.0)]
    public double MinValueCorrect { get; init; } = 0.5;

    /// <summary>Score of the shortest correct completion.</summary>
    [Description("Score of a correct completion of length 0.")]
    [Range(-100.0, 100.0)]
    public double MaxValueCorrect { get; init; } = 1;

    /// <summary>The length at the end of the scale.</summary>
    [Description("The length at which the scale ends.")]
    [Range(1, int.MaxValue)]
    public int MaxLen { get; init; } = 1000;

    /// <summary>Whether longer completions score as max_len.</summary>
    [Description("Score completions longer than max_len as of length max_len, as TRL does. false: follow the cosine, as open-r1 does, which rises again.")]
    public bool Clamp { get; init; } = true;

    /// <summary>What length is counted in.</summary>
    [Description("What length is counted in: tokens (null without token_count), characters, or auto: tokens when there is a token_count, else characters.")]
    public LengthUnit Length { get; init; } = LengthUnit.Auto;

    /// <summary>Who decides what is correct.</summary>
    [Description("The reward that decides what is correct: a score of 1 or more.")]
    public NestedReward Accuracy { get; init; } = new() { Name = "accuracy" };

    /// <summary>The score when it gives none.</summary>
    [Description("When accuracy gives no score: null (no score here either), as TRL does, or one (1 whatever the length), as open-r1 does.")]
    public UnjudgedScore Unjudged { get; init; } = UnjudgedScore.Null;
}

/// <summary>Correct and short is best; wrong and short is worst.</summary>
/// <remarks>
/// Yeo et al. (arXiv:2502.03373 appendix C.1), also <c>cosine_scaled_reward</c> of open-r1 and TRL:
/// <c>end + (start - end) (1 + cos(pi length / max_len)) / 2</c>, where correct completions go from start 1 to end 0.5 and wrong ones from -1 to -0.5.
/// </remarks>
public sealed class CosineScaledReward(CosineScaledParams parameters) : ISampleReward
{
    private readonly ISampleReward _accuracy = parameters.Accuracy.Bind("accuracy");

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<CosineScaledParams, CosineScaledReward>
    {
        Name = "cosine_scaled",
        Version = "1",
        Summary = "Accuracy scaled by length along half a cosine: a correct completion falls from 1 to 0.5 as it grows to max_len, a wrong one rises from -1 to -0.5.",
        Formula = "score = end + (start - end) / 2 * (1 + cos(pi * length / max_len)); correct: from start = max_value_correct to end = min_value_correct; wrong: from start = min_value_wrong to end = max_value_wrong",
        Source = "arXiv:2502.03373 appendix C.1; cosine_scaled_reward of open-r1 and TRL",
        Range = new(-1, 1),
        ReferenceFields = ["answer"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        if (CompletionLength.Of(sample, parameters.Length) is not { } length)
            return RewardScore.None(CompletionLength.Missing);
        var judged = _accuracy.Score(sample);
        if (judged.Score is not { } accuracy)
            return parameters.Unjudged == UnjudgedScore.One ? RewardScore.Of(1, $"not judged: {judged.Reason}") : RewardScore.None($"accuracy: {judged.Reason}");
        var correct = accuracy >= 1;
        var (start, end) = correct ? (parameters.MaxValueCorrect, parameters.MinValueCorrect) : (parameters.MinValueWrong, parameters.MaxValueWrong);
        var progress = (double)length / parameters.MaxLen;
        if (parameters.Clamp)
            progress = double.Min(progress, 1);
        var score = end + (0.5 * (start - end) * (1 + double.Cos(progress * double.Pi)));
        return RewardScore.Of(score, $"{(correct ? "correct" : "wrong")} after {length} of {parameters.MaxLen}", new JsonObject { ["length"] = length, ["correct"] = correct });
    }
}
