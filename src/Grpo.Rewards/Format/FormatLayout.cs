namespace Grpo.Rewards.Format;

/// <summary>A layout: sections in order, and what follows the last one.</summary>
/// <param name="Sections">Tag names.</param>
/// <param name="FreeTextAfter">Whether the answer is free text after the last section.</param>
/// <param name="Boxed">Whether that text must hold a <c>\boxed{…}</c>.</param>
internal sealed record FormatLayout(IReadOnlyList<string> Sections, bool FreeTextAfter = false, bool Boxed = false)
{
    public static FormatLayout Of(FormatParams parameters) => parameters.Preset switch
    {
        FormatPreset.ThinkOnly => new(["think"], FreeTextAfter: true),
        FormatPreset.ThinkBoxed => new(["think"], FreeTextAfter: true, Boxed: true),
        FormatPreset.ReasoningAnswer => new(["reasoning", "answer"]),
        FormatPreset.Custom => new(parameters.Tags),
        _ => new(["think", "answer"]),
    };
}
