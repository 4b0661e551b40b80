using System.Text.Json.Nodes;

namespace Grpo.Rewards.Format;

/// <summary>A quarter for each tag of the R1 layout that stands exactly once, on its own line.</summary>
/// <remarks>huggingface/open-r1 <c>tag_count_reward</c>. It pays for tags in any order and nesting; as a first step towards <see cref="FormatReward"/> it gives a slope where that gives 0.</remarks>
public sealed class OpenR1TagCountReward : ISampleReward
{
    private static readonly string[] Tags = ["<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>"];

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<NoParams, OpenR1TagCountReward>
    {
        Name = "open_r1_tag_count",
        Version = "1",
        Summary = "open-r1's tag_count_reward: 0.25 for each of <think>, </think>, <answer>, </answer> that stands exactly once on its own line.",
        Formula = "score = sum over tags of 0.25 * 1[count(tag) = 1], with the tags <think>\\n, \\n</think>\\n, \\n<answer>\\n, \\n</answer>",
        Source = "huggingface/open-r1, tag_count_reward",
        Create = _ => new(),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var counts = new JsonObject();
        var once = 0;
        foreach (var tag in Tags)
        {
            var count = sample.Completion.AsSpan().Count(tag);
            counts[tag.Trim()] = count;
            once += count == 1 ? 1 : 0;
        }
        return RewardScore.Of(0.25 * once, $"{once} of 4 tags exactly once", new JsonObject { ["counts"] = counts });
    }
}
