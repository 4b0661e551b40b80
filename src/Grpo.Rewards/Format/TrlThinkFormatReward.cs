using System.ComponentModel;

namespace Grpo.Rewards.Format;

/// <summary>Parameters of <see cref="TrlThinkFormatReward"/>.</summary>
public sealed record TrlThinkFormatParams
{
    /// <summary>Whether the opening tag may be missing.</summary>
    [Description("Accept a completion without its opening tag, because the chat template wrote it. Accepts a bare </think> too.")]
    public bool OptionalOpening { get; init; }
}

/// <summary>The think format reward of TRL, verdict for verdict.</summary>
/// <remarks>
/// huggingface/trl <c>think_format_reward</c>: <c>^&lt;think&gt;(?!.*&lt;think&gt;)(.*?)&lt;/think&gt;.*$</c> with DOTALL and MULTILINE;
/// <c>optional_opening</c> is the rule proposed in its pull request 7141, <c>^(?:&lt;think&gt;)?</c> for the start.
/// </remarks>
public sealed class TrlThinkFormatReward(TrlThinkFormatParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<TrlThinkFormatParams, TrlThinkFormatReward>
    {
        Name = "trl_think_format",
        Version = "1",
        Summary = "TRL's think_format_reward with its exact verdicts: 1 when the completion starts with its only <think> and holds a </think>, else 0.",
        Formula = "score = 1[re.match(r\"^<think>(?!.*<think>)(.*?)</think>.*$\", completion, DOTALL | MULTILINE)]; optional_opening: ^(?:<think>)? at the start",
        Source = "huggingface/trl, think_format_reward; optional_opening: its pull request 7141",
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        const string Open = "<think>";
        var rest = sample.Completion.AsSpan();
        if (rest.StartsWith(Open))
            rest = rest[Open.Length..];
        else if (!parameters.OptionalOpening)
            return RewardScore.Of(0, "does not start with <think>");
        if (rest.Contains(Open, StringComparison.Ordinal))
            return RewardScore.Of(0, "a second <think>");
        return rest.Contains("</think>", StringComparison.Ordinal) ? RewardScore.Of(1, "the layout is kept") : RewardScore.Of(0, "no </think>");
    }
}
