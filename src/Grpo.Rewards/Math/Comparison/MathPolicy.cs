namespace Grpo.Rewards.Math;

/// <summary>What counts as equal beyond exact equality.</summary>
public sealed record MathPolicy
{
    /// <summary>Largest |prediction - gold| / |gold| accepted between numbers; 0 means exact.</summary>
    public double RelativeTolerance { get; init; }

    /// <summary>A decimal with at least this many decimals and significant digits equals the exact number that rounds to it; null: never.</summary>
    public int? RoundedDecimals { get; init; } = 6;

    /// <summary>Whether every correctly rounded decimal of two significant digits or more equals its number.</summary>
    public bool AcceptRounded { get; init; }

    /// <summary>Whether the answer <c>10%</c> also counts as 10 and the other way round.</summary>
    public bool LenientPercent { get; init; }

    /// <summary>Whether known units of one kind are converted and compared; otherwise no unit is looked at.</summary>
    public bool CompareUnits { get; init; } = true;

    /// <summary>Whether a plain list such as <c>1, 2</c> has an order.</summary>
    public bool SetOrder { get; init; }

    /// <summary>Whether a tuple has an order.</summary>
    public bool TupleOrder { get; init; } = true;

    /// <summary>Whether <c>x = 5</c> stands for 5.</summary>
    public bool UnwrapAssignment { get; init; } = true;

    /// <summary>Whether an inequality in the gold equals the set it describes.</summary>
    public bool GoldRelationAsSet { get; init; } = true;

    /// <summary>Whether an inequality in the prediction equals the set it describes.</summary>
    public bool PredictionRelationAsSet { get; init; }

    /// <summary>Whether a prediction must be written as simply as the gold: 2/4 is not 1/2.</summary>
    public bool RequireSimplified { get; init; }

    /// <summary>Whether x and X are different.</summary>
    public bool CaseSensitiveSymbols { get; init; } = true;

    /// <summary>Whether Even and even are different.</summary>
    public bool CaseSensitiveText { get; init; }

    /// <summary>Whether i is the imaginary unit rather than a variable.</summary>
    public bool ComplexI { get; init; } = true;

    /// <summary>Whether 45° equals 45; otherwise it equals pi/4.</summary>
    public bool BareDegrees { get; init; } = true;
}
