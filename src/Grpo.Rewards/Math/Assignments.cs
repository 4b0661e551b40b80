namespace Grpo.Rewards.Math;

/// <summary>Takes the value out of <c>x = 5</c> where the other side is a value.</summary>
internal static class Assignments
{
    /// <summary>Both answers, with the sides that carry the value where only one of them is a relation.</summary>
    public static (Expr Gold, Expr Prediction) Unwrap(Expr gold, Expr prediction) => (WithoutApproximation(gold), WithoutApproximation(prediction)) switch
    {
        (Expr.Relation a, Expr.Relation { Operators: ["in"] } b) => (Intervals.Of(Assigned(a), Assigned(b)), Assigned(b)),
        (Expr.Relation a, Expr.Relation b) => SameName(a, b) ? (a.Sides[^1], b.Sides[^1]) : (a, b),
        (Expr.Relation relation, var value) => (Intervals.Of(Assigned(relation), value), value),
        (var value, Expr.Relation relation) => (value, LastSide(relation)),
        (Expr.Compound { Open: '{' } a, Expr.Compound b) when HasRelation(a) != HasRelation(b) => (Values(a), Values(b)),
        var both => both,
    };

    /// <summary><c>1/3 \approx 0.33</c> is 1/3.</summary>
    private static Expr WithoutApproximation(Expr expr)
    {
        if (expr is not Expr.Relation { Operators: var operators, Sides: var sides } || operators.ToList().IndexOf("~") is not (>= 0 and var at))
            return expr;
        return at == 0 ? sides[0] : new Expr.Relation([.. sides.Take(at + 1)], [.. operators.Take(at)]);
    }

    /// <summary>A chain of equalities stands for its last side: <c>m + n = 10 + 5 = 15</c> is 15; <c>5 = x</c> is 5.</summary>
    private static Expr LastSide(Expr.Relation chain)
    {
        if (Assigned(chain) is var value && value != chain)
            return value;
        // An equation to be solved, 2x + 3 = 7, has no side that is its value.
        return AllEqual(chain) && chain.Sides.SkipLast(1).All(side => IsName(side, sums: true) || ExactValue.Of(side) is not null) ? chain.Sides[^1] : chain;
    }

    private static Expr Assigned(Expr.Relation relation) => relation switch
    {
        { Sides: [var name, var value], Operators: ["="] or ["in"] } when IsName(name) => value,
        { Sides: [var value, Expr.Symbol], Operators: ["="] } => value,
        _ => relation,
    };

    /// <summary>Two chains that begin with the same name, <c>z = 1 + 1 = 2</c> and <c>z = 2</c>.</summary>
    private static bool SameName(Expr.Relation a, Expr.Relation b) =>
        AllEqual(a) && AllEqual(b) && a.Sides.Count + b.Sides.Count > 4 && a.Sides[0] is Expr.Symbol name && b.Sides[0] is Expr.Symbol other && name == other;

    private static bool AllEqual(Expr.Relation relation) => relation.Operators.All(op => op == "=");

    private static bool HasRelation(Expr.Compound compound) => compound.Items.Any(item => item is Expr.Relation);

    private static Expr.Compound Values(Expr.Compound set) => set with { Items = [.. set.Items.Select(item => item is Expr.Relation relation ? LastSide(relation) : item)] };

    /// <summary>An expression of variables alone: <c>x</c>, <c>f(x)</c>, <c>|AB|</c>, <c>(p, q)</c>, <c>A : B</c>.</summary>
    private static bool IsName(Expr expr, bool sums = false) => expr switch
    {
        Expr.Symbol { Name: not ("pi" or "infinity") } => true,
        Expr.Operation operation => (sums || operation.Operator == '*') && IsName(operation.Left, sums) && IsName(operation.Right, sums),
        Expr.Function { Name: "abs", Arguments: [var inside] } => IsName(inside),
        Expr.Compound { Items.Count: > 0 } compound => compound.Items.All(item => IsName(item)),
        _ => false,
    };
}
