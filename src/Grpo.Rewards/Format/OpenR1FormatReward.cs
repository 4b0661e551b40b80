using System.ComponentModel;

namespace Grpo.Rewards.Format;

/// <summary>The two rules that open-r1 has had.</summary>
public enum OpenR1FormatRule
{
    /// <summary>Since 2025-02-24: every tag on a line of its own.</summary>
    Lines,

    /// <summary>Before: white space around the tags is free. Copies of that state are widespread.</summary>
    Original,
}

/// <summary>Parameters of <see cref="OpenR1FormatReward"/>.</summary>
public sealed record OpenR1FormatParams
{
    /// <summary>Which of the two rules.</summary>
    [Description("lines: each tag on its own line, as open-r1 since 2025-02-24. original: the rule before, with any white space between </think> and <answer> and none required elsewhere.")]
    public OpenR1FormatRule Rule { get; init; } = OpenR1FormatRule.Lines;
}

/// <summary>The format reward of open-r1, verdict for verdict.</summary>
/// <remarks>
/// huggingface/open-r1 <c>format_reward</c>: <c>re.match(r"^&lt;think&gt;\n.*?\n&lt;/think&gt;\n&lt;answer&gt;\n.*?\n&lt;/answer&gt;$", c, DOTALL|MULTILINE)</c>.
/// MULTILINE makes <c>$</c> the end of any line, so text on a new line after <c>&lt;/answer&gt;</c> and a second block pass; <see cref="FormatReward"/> refuses them.
/// </remarks>
public sealed class OpenR1FormatReward(OpenR1FormatParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<OpenR1FormatParams, OpenR1FormatReward>
    {
        Name = "open_r1_format",
        Version = "1",
        Summary = "open-r1's format_reward with its exact verdicts: 1 when the completion starts with <think>, then </think>, <answer> and </answer> follow, each on its own line; else 0. Prefer format, which also refuses nested and repeated blocks.",
        Formula = "score = 1[re.match(r\"^<think>\\n.*?\\n</think>\\n<answer>\\n.*?\\n</answer>$\", completion, DOTALL | MULTILINE)]; original: ^<think>.*?</think>\\s*<answer>.*?</answer>$",
        Source = "huggingface/open-r1, format_reward",
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample) =>
        (parameters.Rule == OpenR1FormatRule.Lines ? LiteralSequence.Matches(sample.Completion, ["<think>\n", "\n</think>\n<answer>\n", "\n</answer>"]) : IsOriginal(sample.Completion))
            ? RewardScore.Of(1, "the layout is kept")
            : RewardScore.Of(0, "not <think>, </think>, <answer>, </answer> from the first character on");

    /// <summary><c>^&lt;think&gt;.*?&lt;/think&gt;\s*&lt;answer&gt;.*?&lt;/answer&gt;$</c>.</summary>
    private static bool IsOriginal(ReadOnlySpan<char> text)
    {
        const string Open = "<think>", Close = "</think>", Answer = "<answer>";
        if (!text.StartsWith(Open))
            return false;
        var rest = text[Open.Length..];
        while (rest.IndexOf(Close) is >= 0 and var close)
        {
            rest = rest[(close + Close.Length)..];
            var space = 0;
            while (space < rest.Length && PythonText.IsSpace(rest[space]))
                space++;
            rest = rest[space..];
            if (rest.StartsWith(Answer))
                return LiteralSequence.HoldsAtEndOfLine(rest[Answer.Length..], "</answer>");
        }
        return false;
    }
}
