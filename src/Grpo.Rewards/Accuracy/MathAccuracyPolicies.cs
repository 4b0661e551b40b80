namespace Grpo.Rewards.Accuracy;

/// <summary>What a percent sign in an answer means.</summary>
public enum PercentPolicy
{
    /// <summary>10% is 0.1.</summary>
    Value,

    /// <summary>10% is 0.1 or 10, whichever the other side says.</summary>
    Lenient,
}

/// <summary>What a unit behind a number means.</summary>
public enum UnitPolicy
{
    /// <summary>Known units of one kind are converted and compared; unknown ones say nothing.</summary>
    IgnoreUnknown,

    /// <summary>No unit says anything.</summary>
    Ignore,
}

/// <summary>Whether an inequality equals the set it describes.</summary>
public enum RelationVsSet
{
    /// <summary>Only in the reference.</summary>
    GoldRelationOnly,

    /// <summary>In the reference and in the answer.</summary>
    Both,

    /// <summary>Never.</summary>
    None,
}

/// <summary>What a degree sign means.</summary>
public enum DegreePolicy
{
    /// <summary>45° equals 45; trigonometric functions take it as degrees.</summary>
    Auto,

    /// <summary>45° is pi/4.</summary>
    Radians,
}
