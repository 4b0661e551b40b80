using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Sets of real numbers: intervals, points, their unions, intersections and differences, and inequalities of one variable.</summary>
internal static class RealSets
{
    /// <summary>Whether two expressions describe the same set; null when either is no set of real numbers that can be told here.</summary>
    public static bool? Same(Equality equality, Expr gold, Expr prediction) =>
        Of(gold) is { } a && Of(prediction) is { } b ? RealSet.Same(equality, a, b) : null;

    /// <summary>The set that an expression describes; null when it is none.</summary>
    private static RealSet? Of(Expr expr) => expr switch
    {
        Expr.Symbol { Name: "set R" } => RealSet.All,
        Expr.Symbol { Name: "infinity" } => null,
        Expr.Compound { Open: '(' or '[', Close: ')' or ']', Items: [var low, var high] } interval => RealSet.Interval(low, interval.Open == '[', high, interval.Close == ']'),
        Expr.Compound { Open: 'u' } union => Union(union.Items),
        Expr.Compound { Open: ',' } list when list.Items.All(item => item is Expr.Relation) => Alternatives(list.Items),
        Expr.Compound { Open: ',' } list when list.Items.All(item => item is Expr.Compound { Open: '(' or '[', Items.Count: 2 }) => Union(list.Items),
        Expr.Compound { Open: '{' or ',' } points => Points(points.Items),
        Expr.Function { Name: "cap", Arguments: [var a, var b] } => Operand(a) is { } x && Operand(b) is { } y ? RealSet.Intersection(x, y) : null,
        Expr.Function { Name: "setminus", Arguments: [var a, var b] } => Operand(a) is { } x && Operand(b) is { } y ? RealSet.Intersection(x, RealSet.Complement(y)) : null,
        Expr.Relation relation => Inequalities.Solve(relation),
        _ => null,
    };

    /// <summary>The set that a set-valued side of a relation describes.</summary>
    internal static RealSet? OfSide(Expr expr) => expr is Expr.Relation ? null : Of(expr);

    /// <summary>The set that stands beside a sign for sets; braces around one number may have been read as grouping.</summary>
    private static RealSet? Operand(Expr expr) => Of(expr) ?? (expr is Expr.Number ? Points([expr]) : null);

    private static RealSet? Union(IReadOnlyList<Expr> parts)
    {
        RealSet? union = RealSet.Empty;
        foreach (var part in parts)
        {
            if (union is null || Operand(part) is not { } set)
                return null;
            union = RealSet.Union(union, set);
        }
        return union;
    }

    private static RealSet? Points(IReadOnlyList<Expr> points)
    {
        RealSet? union = RealSet.Empty;
        foreach (var point in points)
        {
            if (union is null || point is Expr.Compound or Expr.Relation or Expr.Words || RealSet.Interval(point, true, point, true) is not { } set)
                return null;
            union = RealSet.Union(union, set);
        }
        return union;
    }

    /// <summary>"x &lt; 1 or x &gt; 2" is either; "x &gt; 1 and x &lt; 2", which together would leave nothing out, is both.</summary>
    private static RealSet? Alternatives(IReadOnlyList<Expr> relations)
    {
        if (Union(relations) is not { } either)
            return null;
        if (!either.IsAll)
            return either;
        RealSet? both = RealSet.All;
        foreach (var relation in relations)
            both = both is null || Of(relation) is not { } set ? null : RealSet.Intersection(both, set);
        return both;
    }
}
