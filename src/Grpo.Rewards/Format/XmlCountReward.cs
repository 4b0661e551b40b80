namespace Grpo.Rewards.Format;

/// <summary>An eighth for each tag of the reasoning-answer layout that stands exactly once, less a little for every character after the end.</summary>
/// <remarks>
/// <c>count_xml</c> of William Brown's GRPO demo, which many training scripts copy. Everything after <c>&lt;/answer&gt;</c> costs 0.001 a character and is
/// counted by two of the four tags, so the score has no lower bound.
/// </remarks>
public sealed class XmlCountReward : ISampleReward
{
    private const double Tag = 0.125;
    private const double Character = 0.001;

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<NoParams, XmlCountReward>
    {
        Name = "xml_count",
        Version = "1",
        Summary = "The xmlcount reward of the GRPO demo scripts: 0.125 for each of <reasoning>, </reasoning>, <answer>, </answer> that stands exactly once on its own line, less 0.001 for each character after </answer>.",
        Formula = "score = 0.125 * (tags that stand once) - 0.001 * (characters after \\n</answer>\\n) - 0.001 * (characters after \\n</answer>, less 1); each deduction only with its tag",
        Source = "William Brown's GRPO demo, xmlcount_reward_func",
        Range = new(double.NegativeInfinity, 0.5),
        Create = _ => new(),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var text = sample.Completion.AsSpan();
        // The order of the additions is the original's: it decides the last bit.
        var score = 0.0;
        if (text.Count("<reasoning>\n") == 1)
            score += Tag;
        if (text.Count("\n</reasoning>\n") == 1)
            score += Tag;
        if (text.Count("\n<answer>\n") == 1)
            score = score + Tag - (LengthAfter(text, "\n</answer>\n") * Character);
        if (text.Count("\n</answer>") == 1)
            score = score + Tag - ((LengthAfter(text, "\n</answer>") - 1) * Character);
        return RewardScore.Of(score, "tags that stand once, less the text after the end");
    }

    /// <summary>Code points after the last occurrence; of the whole text when there is none.</summary>
    private static int LengthAfter(ReadOnlySpan<char> text, string mark)
    {
        var rest = text;
        while (rest.IndexOf(mark) is >= 0 and var at)
            rest = rest[(at + mark.Length)..];
        return PythonText.Length(rest);
    }
}
