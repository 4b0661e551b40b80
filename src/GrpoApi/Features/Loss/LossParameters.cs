using System.ComponentModel;

namespace GrpoApi.Features.Loss;

/// <content>Parameters of single loss types. The others ignore them.</content>
public partial record LossChoices
{
    /// <summary>cispo: the largest weight, as a ratio; null: 1 + epsilon_high. TRL 5, Tinker 4.</summary>
    /// <example>null</example>
    public double? CispoClipMax { get; init; }

    /// <summary>cispo: the smallest weight, as a ratio; null: 0 when cispo_clip_max is given, else 1 - epsilon.</summary>
    /// <example>null</example>
    public double? CispoClipMin { get; init; }

    /// <summary>sapo: how fast the gradient fades with the distance of r from 1, where the advantage is positive.</summary>
    /// <example>1.0</example>
    [DefaultValue(1.0)]
    public double SapoTemperaturePos { get; init; } = 1.0;

    /// <summary>sapo: the same where the advantage is not positive.</summary>
    /// <example>1.05</example>
    [DefaultValue(1.05)]
    public double SapoTemperatureNeg { get; init; } = 1.05;

    /// <summary>vespo: the weight is w^k exp(lambda (1 - w)); k where the advantage is not negative.</summary>
    /// <example>2.0</example>
    [DefaultValue(2.0)]
    public double VespoKPos { get; init; } = 2.0;

    /// <summary>vespo: lambda where the advantage is not negative.</summary>
    /// <example>3.0</example>
    [DefaultValue(3.0)]
    public double VespoLambdaPos { get; init; } = 3.0;

    /// <summary>vespo: k where the advantage is negative.</summary>
    /// <example>3.0</example>
    [DefaultValue(3.0)]
    public double VespoKNeg { get; init; } = 3.0;

    /// <summary>vespo: lambda where the advantage is negative.</summary>
    /// <example>2.0</example>
    [DefaultValue(2.0)]
    public double VespoLambdaNeg { get; init; } = 2.0;

    /// <summary>dro: weight of the quadratic penalty, above 0; needed by dro.</summary>
    /// <example>null</example>
    public double? DroBeta { get; init; }
}
