using System.Numerics;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Whether an answer is written as simply as one can.</summary>
internal static class Simplicity
{
    /// <summary>Whether every fraction in it is in lowest terms, and no arithmetic of numbers is left to do.</summary>
    public static bool Holds(MathReading reading) => reading.Expression is null || Holds(reading.Expression);

    private static bool Holds(Expr expr) => expr switch
    {
        Expr.Operation('/', Expr.Number { Value: { IsInteger: true } top }, Expr.Number { Value: { IsInteger: true } bottom }) => bottom > 1 && BigInteger.GreatestCommonDivisor(top.Numerator, bottom.Numerator).IsOne,
        Expr.Operation('-', Expr.Number { Value.Sign: 0 }, var opposite) => Holds(opposite),
        Expr.Operation(_, Expr.Number, Expr.Number) => false,
        Expr.Operation operation => Holds(operation.Left) && Holds(operation.Right),
        Expr.Function function => function.Arguments.All(Holds) && (function.Name is "percent" or "degree" || ExactValue.Of(function) is null),
        Expr.Compound compound => compound.Items.All(Holds),
        Expr.Relation relation => relation.Sides.All(Holds),
        _ => true,
    };
}
