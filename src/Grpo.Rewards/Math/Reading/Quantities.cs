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
            return ExactValue.Of(expression);
        }
        catch (MathBudgetException)
        {
            return null;
        }
    }

    /// <summary><c>5 m</c> reads as a product; where a number is wanted it is 5.</summary>
    public static Expr WithoutUnit(Expr expression) => expression switch
    {
        Expr.Operation('*', var quantity, Expr.Symbol symbol) when Is(quantity) && IsLetter(symbol) => quantity,
        Expr.Operation('*', var quantity, Expr.Operation('/', Expr.Symbol top, Expr.Symbol bottom)) when Is(quantity) && IsLetter(top) && IsLetter(bottom) => quantity,
        Expr.Operation('*', var quantity, Expr.Operation('/', Expr.Words, Expr.Words)) when Is(quantity) => quantity,
        // 10 m/s, 5 m^2
        Expr.Operation('/', Expr.Operation('*', var quantity, Expr.Symbol top), Expr.Symbol bottom) when Is(quantity) && IsLetter(top) && IsLetter(bottom) => quantity,
        Expr.Operation('*', var quantity, Expr.Operation('^', Expr.Symbol symbol, Expr.Number)) when Is(quantity) && IsLetter(symbol) => quantity,
        _ => expression,
    };

    /// <summary>Whether a space, as between 5 and m, sets the letters behind a number apart: then they are a unit, and 5m may be five times a variable.</summary>
    public static bool IsSpaced(ReadOnlySpan<char> text)
    {
        var space = text.LastIndexOf(' ');
        return space > 0 && space + 1 < text.Length && char.IsLetter(text[space + 1]) && (char.IsAsciiDigit(text[space - 1]) || text[space - 1] is '}' or ')');
    }

    private static bool IsLetter(Expr.Symbol symbol) => symbol.Name is "m" or "g" or "s" or "h" or "L" or "l" or "N" or "J" or "W" or "K" or "V" or "C" or "F";

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
