namespace Grpo.Rewards.Math;

/// <summary>Takes the value out of <c>x = 5</c> where the other side is a value.</summary>
internal static class Assignments
{
    /// <summary>Both answers, with the sides that carry the value where only one of them is a relation.</summary>
    public static (Expr Gold, Expr Prediction) Unwrap(Expr gold, Expr prediction) => (gold, prediction) switch
    {
        (Expr.Relation, Expr.Relation) => (gold, prediction),
        (Expr.Relation relation, _) => (Assigned(relation), prediction),
        (_, Expr.Relation relation) => (gold, LastSide(relation)),
        _ => (gold, prediction),
    };

    /// <summary>A chain of equalities stands for its last side: <c>x = 10 + 5 = 15</c> is 15; <c>5 = x</c> is 5.</summary>
    private static Expr LastSide(Expr.Relation chain)
    {
        if (Assigned(chain) is var value && value != chain)
            return value;
        // An equation to be solved, 2x + 3 = 7, has no side that is its value.
        return chain.Operators.All(op => op == "=") && chain.Sides.SkipLast(1).All(side => IsName(side) || ExactValue.Of(side) is not null) ? chain.Sides[^1] : chain;
    }

    private static Expr Assigned(Expr.Relation relation) => relation switch
    {
        { Sides: [var name, var value], Operators: ["="] or ["in"] } when IsName(name) => value,
        { Sides: [var value, Expr.Symbol], Operators: ["="] } => value,
        _ => relation,
    };

    /// <summary><c>x</c>, or <c>f(x)</c>, which reads as a product.</summary>
    private static bool IsName(Expr side) => side is Expr.Symbol or Expr.Operation('*', Expr.Symbol, Expr.Symbol);
}
