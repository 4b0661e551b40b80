using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Grpo.Rewards.Format;

/// <summary>Parameters of <see cref="CodeFormatReward"/>.</summary>
public sealed record CodeFormatParams
{
    /// <summary>Language of the code block.</summary>
    [Description("The word after the three backticks that open the code block.")]
    [StringLength(64, MinimumLength = 1)]
    public string Language { get; init; } = "python";
}

/// <summary>The R1 layout with a fenced code block in the answer, with open-r1's verdicts.</summary>
/// <remarks>huggingface/open-r1 <c>get_code_format_reward</c>; the language is taken literally, not as a regular expression.</remarks>
public sealed class CodeFormatReward(CodeFormatParams parameters) : ISampleReward
{
    private readonly string[] _literals = ["<think>\n", "\n</think>\n<answer>\n", $"```{parameters.Language}", "```", "\n</answer>"];

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<CodeFormatParams, CodeFormatReward>
    {
        Name = "code_format",
        Version = "1",
        Summary = "open-r1's code_format_reward: as open_r1_format, with a fenced code block of the language inside <answer>. 1 or 0.",
        Formula = "score = 1[re.match(r\"^<think>\\n.*?\\n</think>\\n<answer>\\n.*?```language.*?```.*?\\n</answer>$\", completion, DOTALL | MULTILINE)]",
        Source = "huggingface/open-r1, get_code_format_reward",
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample) => LiteralSequence.Matches(sample.Completion, _literals)
        ? RewardScore.Of(1, "the layout is kept")
        : RewardScore.Of(0, $"not <think>, </think>, <answer>, a {parameters.Language} block, </answer>, each on its own line");
}
