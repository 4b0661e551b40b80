namespace Grpo.Rewards.Math;

/// <summary>Puts an expression in the place of a variable.</summary>
internal static class Substitution
{
    /// <summary>The expression with every occurrence of a symbol replaced; the same object when there is none.</summary>
    public static Expr Replace(Expr expr, string symbol, Expr by)
    {
        switch (expr)
        {
            case Expr.Symbol { Name: var name }:
                return name == symbol ? by : expr;
            case Expr.Operation(var op, var left, var right):
                var (newLeft, newRight) = (Replace(left, symbol, by), Replace(right, symbol, by));
                return ReferenceEquals(left, newLeft) && ReferenceEquals(right, newRight) ? expr : new Expr.Operation(op, newLeft, newRight);
            case Expr.Function(var function, var arguments):
                return Replace(arguments, symbol, by) is { } replaced ? new Expr.Function(function, replaced) : expr;
            case Expr.Compound compound:
                return Replace(compound.Items, symbol, by) is { } items ? new Expr.Compound(compound.Open, items, compound.Close) : expr;
            case Expr.Relation relation:
                return Replace(relation.Sides, symbol, by) is { } sides ? new Expr.Relation(sides, relation.Operators) : expr;
            default:
                return expr;
        }
    }

    private static Expr[]? Replace(IReadOnlyList<Expr> items, string symbol, Expr by)
    {
        Expr[]? replaced = null;
        for (var i = 0; i < items.Count; i++)
        {
            var item = Replace(items[i], symbol, by);
            if (!ReferenceEquals(item, items[i]))
                (replaced ??= [.. items])[i] = item;
        }
        return replaced;
    }
}
