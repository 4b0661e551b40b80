namespace Grpo.Rewards.Math;

/// <summary>Upper bounds on the work that one answer may cause. They are counts, not clocks, so that a score never depends on the machine.</summary>
/// <remarks>The figures are of the size that inspect_ai publishes for its maths scorer; a number may have more digits, because a model that repeats a digit for ever has still answered.</remarks>
public static class MathBudget
{
    /// <summary>Characters of one answer.</summary>
    public const int CandidateLength = 4_096;

    /// <summary>Brackets inside brackets.</summary>
    public const int Nesting = 64;

    /// <summary>Nodes of one expression.</summary>
    public const int Nodes = 1_024;

    /// <summary>Digits of one number as written.</summary>
    public const int DigitRun = 1_024;

    /// <summary>Bits of a numerator or denominator.</summary>
    public const int IntegerBits = 4_096;

    /// <summary>Absolute value of an exponent.</summary>
    public const int Exponent = 10_000;
}

/// <summary>An answer needs more work than <see cref="MathBudget"/> allows.</summary>
/// <param name="limit">Which limit, in words.</param>
public sealed class MathBudgetException(string limit) : Exception(limit);
