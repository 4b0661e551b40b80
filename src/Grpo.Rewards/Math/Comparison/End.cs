using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>One end of a piece of the real line.</summary>
/// <param name="Value">The number; without meaning at infinity.</param>
/// <param name="Near">The number, nearly.</param>
/// <param name="Closed">Whether the number belongs to the piece.</param>
/// <param name="Infinite">-1 or 1 at infinity, else 0.</param>
internal readonly record struct End(Expr Value, DoubleBall Near, bool Closed, int Infinite)
{
    public static End MinusInfinity { get; } = new(new Expr.Number(0), default, false, -1);

    public static End PlusInfinity { get; } = new(new Expr.Number(0), default, false, 1);

    /// <summary>The end at an expression without variables; null when it is no real number.</summary>
    public static End? Of(Expr expr, bool closed)
    {
        switch (expr)
        {
            case Expr.Symbol { Name: "infinity" }:
                return PlusInfinity;
            case Expr.Operation('-', Expr.Number { Value.Sign: 0 }, Expr.Symbol { Name: "infinity" }):
                return MinusInfinity;
            default:
                return new Enclosure<DoubleBall>().Of(expr) is { IsReal: true } value ? new(expr, value.Re, closed, 0) : null;
        }
    }

    /// <summary>-1, 0 or 1 as the first number is less than, equal to or larger than the second; null when that cannot be told.</summary>
    public static int? Order(End a, End b)
    {
        if (a.Infinite != 0 || b.Infinite != 0)
            return a.Infinite.CompareTo(b.Infinite);
        if ((a.Near - b.Near).Sign is { } sign)
            return sign;
        if (Constants.Same(a.Value, b.Value).Equal || (ExactValue.Of(a.Value) is { } x && ExactValue.Of(b.Value) == x))
            return 0;
        var difference = new Enclosure<BigBall>().Of(new Expr.Operation('-', a.Value, b.Value));
        return difference?.Re.Sign;
    }
}
