namespace Grpo.Rewards.Math;

/// <summary>Answers that have a value of their own, and may so carry a unit.</summary>
internal static class Quantities
{
    /// <summary>Whether words after the expression can be its unit.</summary>
    public static bool Is(Expr expression) => expression switch
    {
        Expr.Number => true,
        Expr.Symbol symbol => symbol.Name == "pi",
        Expr.Operation operation => Is(operation.Left) && Is(operation.Right),
        Expr.Function { Name: not "numeral" } function => All(function.Arguments),
        Expr.Relation { Operators: var operators } relation => Is(relation.Sides[^1]) && operators[^1] is "=" or "~" or "<" or ">" or "<=" or ">=",
        Expr.Compound { Open: ':' } ratio => All(ratio.Items),
        Expr.Compound { Open: ',', Items: [.., var last] } => Is(last),
        _ => false,
    };

    /// <summary>The exact value; null when there is none, or none that is small enough to write out.</summary>
    public static BigRational? Value(Expr expression)
    {
        try
        {
            return ExactValue.Of(WithoutUnit(expression));
        }
        catch (MathBudgetException)
        {
            return null;
        }
    }

    /// <summary><c>5 m</c> reads as a product; where a number is wanted it is 5.</summary>
    public static Expr WithoutUnit(Expr expression) => expression switch
    {
        Expr.Operation('*', var quantity, Expr.Symbol { Name.Length: 1 } symbol) when Is(quantity) && MathUnits.Is(symbol.Name) => quantity,
        Expr.Operation('*', var quantity, Expr.Operation('/', Expr.Symbol { Name.Length: 1 } top, Expr.Symbol { Name.Length: 1 } bottom)) when Is(quantity) && MathUnits.Is(top.Name) && MathUnits.Is(bottom.Name) => quantity,
        Expr.Operation('*', var quantity, Expr.Operation('/', Expr.Words, Expr.Words)) when Is(quantity) => quantity,
        // 10 m/s, 5 m^2
        Expr.Operation('/', Expr.Operation('*', var quantity, Expr.Symbol { Name.Length: 1 } top), Expr.Symbol { Name.Length: 1 } bottom) when Is(quantity) && MathUnits.Is(top.Name) && MathUnits.Is(bottom.Name) => quantity,
        Expr.Operation('*', var quantity, Expr.Operation('^', Expr.Symbol { Name.Length: 1 } symbol, Expr.Number)) when Is(quantity) && MathUnits.Is(symbol.Name) => quantity,
        _ => expression,
    };

    private static bool All(IReadOnlyList<Expr> expressions)
    {
        foreach (var expression in expressions)
        {
            if (!Is(expression))
                return false;
        }
        return true;
    }
}
