namespace Grpo.Rewards.Math;

/// <summary>Angles as they are written.</summary>
internal static class Angles
{
    /// <summary>Whether an angle is written in degrees: <c>30°</c>, <c>2 · 15°</c>.</summary>
    public static bool InDegrees(Expr angle) => angle switch
    {
        Expr.Function { Name: "degree" } => true,
        Expr.Operation('+' or '-' or '*' or '/', var left, var right) => InDegrees(left) || InDegrees(right),
        _ => false,
    };
}
