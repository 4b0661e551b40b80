namespace Grpo.Rewards.Math.Comparison;

/// <summary>What can be said of expressions by their form alone.</summary>
internal static class Structure
{
    /// <summary>Whether two expressions are written alike.</summary>
    public static bool Same(Expr a, Expr b)
    {
        if (ReferenceEquals(a, b))
            return true;
        return (a, b) switch
        {
            (Expr.Number x, Expr.Number y) => x.Value == y.Value,
            (Expr.Symbol x, Expr.Symbol y) => x.Name == y.Name,
            (Expr.Words x, Expr.Words y) => x.Value.Equals(y.Value, StringComparison.OrdinalIgnoreCase),
            (Expr.Operation x, Expr.Operation y) => x.Operator == y.Operator && Same(x.Left, y.Left) && Same(x.Right, y.Right),
            (Expr.Function x, Expr.Function y) => x.Name == y.Name && Same(x.Arguments, y.Arguments),
            (Expr.Compound x, Expr.Compound y) => x.Open == y.Open && x.Close == y.Close && Same(x.Items, y.Items),
            (Expr.Relation x, Expr.Relation y) => x.Operators.SequenceEqual(y.Operators) && Same(x.Sides, y.Sides),
            _ => false,
        };
    }

    /// <summary>Adds the names of the variables in an expression; constants are none.</summary>
    public static void Variables(Expr expr, List<string> names)
    {
        switch (expr)
        {
            case Expr.Symbol { Name: not ("pi" or "e" or "i" or "infinity") and var name }:
                if (!names.Contains(name))
                    names.Add(name);
                break;
            case Expr.Operation operation:
                Variables(operation.Left, names);
                Variables(operation.Right, names);
                break;
            case Expr.Function function:
                foreach (var argument in function.Arguments)
                    Variables(argument, names);
                break;
            case Expr.Compound compound:
                foreach (var item in compound.Items)
                    Variables(item, names);
                break;
            case Expr.Relation relation:
                foreach (var side in relation.Sides)
                    Variables(side, names);
                break;
        }
    }

    /// <summary>The expression with every part rewritten, from the inside out.</summary>
    public static Expr Rewrite(Expr expr, Func<Expr, Expr> rewrite) => rewrite(expr switch
    {
        Expr.Operation(var op, var left, var right) => new Expr.Operation(op, Rewrite(left, rewrite), Rewrite(right, rewrite)),
        Expr.Function function => new Expr.Function(function.Name, [.. function.Arguments.Select(argument => Rewrite(argument, rewrite))]),
        Expr.Compound compound => new Expr.Compound(compound.Open, [.. compound.Items.Select(item => Rewrite(item, rewrite))], compound.Close),
        Expr.Relation relation => new Expr.Relation([.. relation.Sides.Select(side => Rewrite(side, rewrite))], relation.Operators),
        _ => expr,
    });

    private static bool Same(IReadOnlyList<Expr> a, IReadOnlyList<Expr> b)
    {
        if (a.Count != b.Count)
            return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (!Same(a[i], b[i]))
                return false;
        }
        return true;
    }
}
