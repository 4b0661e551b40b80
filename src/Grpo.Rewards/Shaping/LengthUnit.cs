namespace Grpo.Rewards.Shaping;

/// <summary>What the length of a completion is counted in.</summary>
public enum LengthUnit
{
    /// <summary>Tokens where <c>token_count</c> is given (for group rewards: to every sample of the group), else characters.</summary>
    Auto,

    /// <summary>Tokens; without <c>token_count</c> there is no score.</summary>
    Tokens,

    /// <summary>Unicode code points.</summary>
    Characters,
}

/// <summary>Lengths of completions.</summary>
internal static class CompletionLength
{
    public const string Missing = "token_count is missing";

    /// <summary>The length, or null when it is wanted in tokens and not known.</summary>
    public static int? Of(RewardSample sample, LengthUnit unit) => unit switch
    {
        LengthUnit.Characters => PythonText.Length(sample.Completion),
        LengthUnit.Tokens => sample.TokenCount,
        _ => sample.TokenCount ?? PythonText.Length(sample.Completion),
    };

    /// <summary>One unit for a whole group: lengths in different units cannot be compared.</summary>
    public static LengthUnit UnitOf(IReadOnlyList<RewardSample> group, LengthUnit unit) => unit switch
    {
        LengthUnit.Auto => group.All(sample => sample.TokenCount is not null) ? LengthUnit.Tokens : LengthUnit.Characters,
        _ => unit,
    };
}
