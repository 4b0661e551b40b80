namespace Grpo.Rewards.Math;

/// <summary>Reads <c>a \pm b</c> as the set of its two values.</summary>
internal static class PlusMinus
{
    /// <summary>The set of both values for a sum with a top-level sign of both kinds, also as items of a set; anything else unchanged.</summary>
    public static Expr Expand(Expr expr) => expr switch
    {
        Expr.Function { Name: "plus_minus", Arguments: [var a, var b] } => new Expr.Compound('{', [new Expr.Operation('+', a, b), new Expr.Operation('-', a, b)], '}'),
        Expr.Compound { Open: '{' } set when set.Items.Any(IsBoth) => new Expr.Compound('{', [.. set.Items.SelectMany(Values)], '}'),
        _ => expr,
    };

    private static bool IsBoth(Expr expr) => expr is Expr.Function { Name: "plus_minus" };

    private static IEnumerable<Expr> Values(Expr item) => IsBoth(item) ? ((Expr.Compound)Expand(item)).Items : [item];
}
