namespace Grpo.Engines.ChatTemplates;

/// <summary>What one rendering may use. A template is a file somebody supplied: it must not be able to hold a thread or fill the memory.</summary>
internal static class TemplateLimits
{
    /// <summary>Units of work: one per evaluated node, one per <see cref="CharactersPerStep"/> characters or elements made.</summary>
    public const long Steps = 5_000_000;

    /// <summary>Characters or elements that cost as much as one evaluated node.</summary>
    public const int CharactersPerStep = 16;

    /// <summary>Characters of the rendering, and of any text made on the way.</summary>
    public const int Characters = 8_000_000;

    /// <summary>Elements of a range, a repeated list or a padded batch; Jinja2's sandbox has the same bound on ranges.</summary>
    public const int Elements = 100_000;

    /// <summary>Macro calls and recursive loops inside one another.</summary>
    public const int CallDepth = 200;

    /// <summary>Milliseconds of one search by a pattern. All of them take time in proportion to the text, so that only a fault of ours, and no busy machine, gets there.</summary>
    public const int PatternMilliseconds = 60_000;

    /// <summary>Bits of an integer.</summary>
    public const int IntegerBits = 4096;
}
