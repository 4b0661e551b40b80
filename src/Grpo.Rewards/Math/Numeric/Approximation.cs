namespace Grpo.Rewards.Math.Numeric;

/// <summary>The approximate real value of an expression without variables. Never used to call two exact answers equal.</summary>
internal static class Approximation
{
    /// <summary>The value as a double, or null when there is none or it is not finite.</summary>
    public static double? Of(Expr expr)
    {
        MathWork.Start();
        return new Enclosure<DoubleBall>().Of(expr) is { IsReal: true } value && double.IsFinite(value.Re.Mid) ? value.Re.Mid : null;
    }
}
