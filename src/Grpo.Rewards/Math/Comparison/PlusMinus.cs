namespace Grpo.Rewards.Math.Comparison;

/// <summary>Reads <c>a \pm b</c> as the list of its two values.</summary>
internal static class PlusMinus
{
    private const int MostValues = 16;

    /// <summary>The list of all values for an expression with signs of both kinds, also among the items of a list; anything else unchanged.</summary>
    public static Expr Expand(Expr expr)
    {
        if (!Has(expr))
            return expr;
        if (expr is Expr.Compound { Open: '{' or ',' } list)
            return list with { Items = [.. list.Items.SelectMany(Values).Take(MostValues)] };
        if (expr is Expr.Relation { Operators: ["="], Sides: [var name, var value] } && Has(value) && !Has(name))
            return new Expr.Compound(',', [.. Values(value).Select(each => new Expr.Relation([name, each], ["="]))], ',');
        return expr is Expr.Compound { Open: 'u' or 'm' or 'c' } or Expr.Relation ? expr : new Expr.Compound(',', [.. Values(expr)], ',');
    }

    private static IEnumerable<Expr> Values(Expr item)
    {
        if (!Has(item))
            return [item];
        // Two signs of both kinds in one expression go together: x ± y ± z would be four values, which nobody means.
        return [Signed(item, '+'), Signed(item, '-')];
    }

    private static Expr Signed(Expr expr, char sign) => Structure.Rewrite(expr, part => part is Expr.Function { Name: "plus_minus", Arguments: [var a, var b] } ? new Expr.Operation(sign, a, b) : part);

    private static bool Has(Expr expr) => expr switch
    {
        Expr.Function { Name: "plus_minus" } => true,
        Expr.Function function => function.Arguments.Any(argument => Has(argument)),
        Expr.Operation operation => Has(operation.Left) || Has(operation.Right),
        Expr.Compound compound => compound.Items.Any(item => Has(item)),
        Expr.Relation relation => relation.Sides.Any(side => Has(side)),
        _ => false,
    };
}
