using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Grpo.Rewards.Shaping;

/// <summary>Parameters of <see cref="ReasoningStepsReward"/>.</summary>
public sealed record ReasoningStepsParams
{
    /// <summary>Steps that earn the full score.</summary>
    [Description("How many marks of a step earn the full score.")]
    [Range(1, 1000)]
    public int Steps { get; init; } = 3;

    /// <summary>Whether numbered lines count everywhere.</summary>
    [Description("Count \"1.\" at the start of every line. false: only at the start of the text, as open-r1's expression does.")]
    public bool NumberedLines { get; init; }
}

/// <summary>Pays for visible steps: "Step 1:", numbered and bulleted lines, "First,", "Next," and the like.</summary>
/// <remarks>huggingface/open-r1 <c>reasoning_steps_reward</c>: <c>min(1, matches / 3)</c>. Easy to please without reasoning; give it a small weight.</remarks>
public sealed class ReasoningStepsReward(ReasoningStepsParams parameters) : ISampleReward
{
    private const string Marks = @"Step \d+:|^\d+\.|\n-|\n\*|First,|Second,|Next,|Finally,";

    // Without backtracking: linear in the completion whatever it holds.
    private static readonly Regex Once = new(Marks, RegexOptions.NonBacktracking);
    private static readonly Regex EveryLine = new(Marks, RegexOptions.NonBacktracking | RegexOptions.Multiline);

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<ReasoningStepsParams, ReasoningStepsReward>
    {
        Name = "reasoning_steps",
        Version = "1",
        Summary = "open-r1's reasoning_steps_reward: a third for each mark of a step (Step 1:, 1., a bullet, First, Second, Next, Finally), at most 1.",
        Formula = "score = min(1, marks / steps)",
        Source = "huggingface/open-r1, reasoning_steps_reward",
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var count = (parameters.NumberedLines ? EveryLine : Once).Count(sample.Completion);
        return RewardScore.Of(double.Min(1, (double)count / parameters.Steps), $"{count} marks of steps", new JsonObject { ["steps"] = count });
    }
}
