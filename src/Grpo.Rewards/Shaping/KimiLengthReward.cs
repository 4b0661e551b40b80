using System.ComponentModel;
using System.Text.Json.Nodes;

namespace Grpo.Rewards.Shaping;

/// <summary>What becomes of a completion whose accuracy could not be judged.</summary>
public enum Unjudged
{
    /// <summary>It has no score.</summary>
    Null,

    /// <summary>It counts as correct, as in open-r1.</summary>
    Correct,
}

/// <summary>Parameters of <see cref="KimiLengthReward"/>.</summary>
public sealed record KimiLengthParams
{
    /// <summary>What length is counted in.</summary>
    [Description("What length is counted in: tokens (null without token_count), characters, or auto: tokens when every sample of the group has token_count, else characters.")]
    public LengthUnit Length { get; init; } = LengthUnit.Auto;

    /// <summary>Who decides what is correct.</summary>
    [Description("The reward that decides what is correct: a score of 1 or more.")]
    public NestedReward Accuracy { get; init; } = new() { Name = "accuracy" };

    /// <summary>What becomes of completions it gives no score.</summary>
    [Description("When accuracy gives no score: null (no score here either), or correct, as open-r1 does.")]
    public Unjudged Unjudged { get; init; } = Unjudged.Null;
}

/// <summary>Shorter is better within a group: from +0.5 for the shortest to -0.5 for the longest; wrong completions never gain.</summary>
/// <remarks>
/// Kimi k1.5 (arXiv:2501.12599 section 2.3.3), also open-r1's <c>len_reward</c>:
/// <c>lambda = 0.5 - (len - min_len) / (max_len - min_len)</c>; correct: lambda; wrong: min(0, lambda); all 0 when all are of one length.
/// </remarks>
public sealed class KimiLengthReward(KimiLengthParams parameters) : IGroupReward
{
    private readonly ISampleReward _accuracy = parameters.Accuracy.Bind("accuracy");

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<KimiLengthParams, KimiLengthReward>
    {
        Name = "kimi_length",
        Version = "1",
        Summary = "Length reward of Kimi k1.5 within a group: 0.5 - (length - shortest) / (longest - shortest) for correct completions, at most 0 for wrong ones, 0 when all are of one length.",
        Formula = "lambda = 0.5 - (length - shortest) / (longest - shortest) over the group; correct: score = lambda; wrong: score = min(0, lambda); all of one length: 0",
        Source = "Kimi k1.5, arXiv:2501.12599 section 2.3.3; open-r1, len_reward",
        Range = new(-0.5, 0.5),
        ReferenceFields = ["answer"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public IReadOnlyList<RewardScore> Score(IReadOnlyList<RewardSample> group)
    {
        var unit = CompletionLength.UnitOf(group, parameters.Length);
        int?[] lengths = [.. group.Select(sample => CompletionLength.Of(sample, unit))];
        var (shortest, longest) = (lengths.Min(), lengths.Max());
        return [.. group.Select((sample, i) => lengths[i] is { } length ? One(sample, length, shortest!.Value, longest!.Value) : RewardScore.None(CompletionLength.Missing))];
    }

    private RewardScore One(RewardSample sample, int length, int shortest, int longest)
    {
        var judged = RewardGuard.Score(_accuracy, sample);
        if (judged.Reason == RewardScore.InternalError)
            return judged;
        if (judged.Score is null && parameters.Unjudged == Unjudged.Null)
            return RewardScore.None($"accuracy: {judged.Reason}");
        var correct = judged.Score is null or >= 1;
        var details = new JsonObject { ["length"] = length, ["shortest"] = shortest, ["longest"] = longest, ["correct"] = correct };
        if (shortest == longest)
            return RewardScore.Of(0, "all of one length", details);
        var lambda = 0.5 - ((double)(length - shortest) / (longest - shortest));
        return RewardScore.Of(correct ? lambda : double.Min(0, lambda), $"{(correct ? "correct" : "wrong")}, length {length} between {shortest} and {longest}", details);
    }
}
