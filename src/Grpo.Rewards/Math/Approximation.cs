namespace Grpo.Rewards.Math;

/// <summary>The approximate real value of an expression without variables. Used only to recognise rounded decimals, never to call two exact answers equal.</summary>
internal static class Approximation
{
    /// <summary>The value as a double, or null when there is none or it is not finite.</summary>
    public static double? Of(Expr expr)
    {
        var value = Value(expr);
        return double.IsFinite(value) ? value : null;
    }

    private static double Value(Expr expr) => expr switch
    {
        Expr.Number number => (double)number.Value.Numerator / (double)number.Value.Denominator,
        Expr.Symbol { Name: "pi" } => double.Pi,
        Expr.Symbol { Name: "e" } => double.E,
        Expr.Operation('+', var a, var b) => Value(a) + Value(b),
        Expr.Operation('-', var a, var b) => Value(a) - Value(b),
        Expr.Operation('*', var a, var b) => Value(a) * Value(b),
        Expr.Operation('/', var a, var b) => Value(a) / Value(b),
        Expr.Operation('^', var a, var b) => double.Pow(Value(a), Value(b)),
        Expr.Function { Arguments: [var x] } function => Value(function.Name, Value(x), x is Expr.Function { Name: "degree" } ? double.Pi / 180 : 1),
        Expr.Function { Name: "sqrt", Arguments: [var x, var n] } => double.Pow(Value(x), 1 / Value(n)),
        Expr.Function { Name: "log", Arguments: [var x, var b] } => double.Log(Value(x)) / double.Log(Value(b)),
        _ => double.NaN,
    };

    private static double Value(string function, double x, double angle) => function switch
    {
        "sqrt" => double.Sqrt(x),
        "abs" => double.Abs(x),
        "exp" => double.Exp(x),
        "ln" => double.Log(x),
        "log" => double.Log10(x),
        "percent" => x / 100,
        "degree" => x,
        "sin" => double.Sin(x * angle),
        "cos" => double.Cos(x * angle),
        "tan" => double.Tan(x * angle),
        "arcsin" => double.Asin(x),
        "arccos" => double.Acos(x),
        "arctan" => double.Atan(x),
        _ => double.NaN,
    };
}
