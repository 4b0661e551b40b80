using System.Numerics;

namespace Grpo.Rewards.Math.Numeric;

/// <summary>Where the value of an expression lies, as a complex number in two balls.</summary>
/// <typeparam name="T">The arithmetic.</typeparam>
/// <param name="variable">The value of a variable; null when it has none.</param>
internal sealed class Enclosure<T>(Func<string, BigRational?>? variable = null)
    where T : struct, IBall<T>
{
    private const int LargestPower = 20_000;
    private static readonly T Zero = T.Of(0);

    /// <summary>The enclosure; null when the expression has no value, or none that is known here.</summary>
    public ComplexBall<T>? Of(Expr expr)
    {
        MathWork.Charge(1);
        switch (expr)
        {
            case Expr.Number number:
                return new(T.Of(number.Value));
            case Expr.Symbol symbol:
                return Symbol(symbol.Name);
            case Expr.Operation('^', var left, var right):
                return Power(left, right);
            case Expr.Operation(var op, var left, var right):
                if (Of(left) is not { } a || Of(right) is not { } b)
                    return null;
                return op switch { '+' => a + b, '-' => a - b, '*' => a * b, '/' => ComplexBall<T>.Divide(a, b), _ => null };
            case Expr.Function { Name: "sum" or "prod" } series:
                return Series.Terms(series) is { } terms ? Fold(terms, series.Name == "sum") : null;
            case Expr.Function function:
                return Function(function);
            default:
                return null;
        }
    }

    private ComplexBall<T>? Symbol(string name) => name switch
    {
        "pi" => new(T.Pi),
        "e" => T.Exp(T.Of(1)) is { } e ? new(e) : null,
        "i" => new(Zero, T.Of(1)),
        "infinity" => null,
        _ => variable?.Invoke(name) is { } value ? new(T.Of(value)) : null,
    };

    private ComplexBall<T>? Fold(IEnumerable<Expr> terms, bool sums)
    {
        ComplexBall<T>? total = new(T.Of(sums ? 0 : 1));
        foreach (var term in terms)
        {
            if (total is not { } so || Of(term) is not { } value)
                return null;
            total = sums ? so + value : so * value;
        }
        return total;
    }

    private ComplexBall<T>? Power(Expr left, Expr right)
    {
        if (left is Expr.Symbol { Name: "e" })
            return Of(right) is { } x ? Exp(x) : null;
        if (Of(left) is not { } @base)
            return null;
        if (Rational(right) is { } exponent)
        {
            if (exponent.IsInteger)
                return BigInteger.Abs(exponent.Numerator) <= LargestPower ? Power(@base, (int)exponent.Numerator) : null;
            if (exponent.Denominator > 64 || BigInteger.Abs(exponent.Numerator) > 1_000)
                return null;
            return Root(@base, (int)exponent.Denominator) is { } root ? Power(root, (int)exponent.Numerator) : null;
        }
        if (!@base.IsReal || Of(right) is not { } power)
            return null;
        return T.Log(@base.Re) is { } log ? Exp(power * new ComplexBall<T>(log)) : null;
    }

    /// <summary>An exponent that is known exactly, also when it holds variables that have values.</summary>
    private BigRational? Rational(Expr expr)
    {
        switch (expr)
        {
            case Expr.Number number:
                return number.Value;
            case Expr.Symbol symbol:
                return symbol.Name is "pi" or "e" or "i" ? null : variable?.Invoke(symbol.Name);
            case Expr.Operation(var op and ('+' or '-' or '*' or '/'), var left, var right):
                if (Rational(left) is not { } a || Rational(right) is not { } b)
                    return null;
                return op switch { '+' => a + b, '-' => a - b, '*' => a * b, _ => b.Sign == 0 ? null : a / b };
            default:
                return ExactValue.Of(expr);
        }
    }

    private static ComplexBall<T>? Power(ComplexBall<T> @base, int exponent)
    {
        ComplexBall<T>? result = null;
        var square = @base;
        for (var rest = int.Abs(exponent); rest > 0; rest >>= 1)
        {
            if ((rest & 1) != 0)
                result = result is { } so ? so * square : square;
            if (rest > 1)
                square *= square;
        }
        var power = result ?? new(T.Of(1));
        return exponent >= 0 ? power : ComplexBall<T>.Divide(new(T.Of(1)), power);
    }

    /// <summary>The real root where there is one; i times the root of the opposite for the square root of a negative number.</summary>
    private static ComplexBall<T>? Root(ComplexBall<T> x, int degree)
    {
        if (!x.IsReal)
            return degree == 2 ? ComplexRoot(x) : null;
        if (x.Re.Sign is not { } sign)
            return null;
        if (sign >= 0)
            return T.Root(x.Re, degree) is { } root ? new(root) : null;
        if (T.Root(Zero - x.Re, degree) is not { } size)
            return null;
        return degree % 2 == 1 ? new(Zero - size) : degree == 2 ? new ComplexBall<T>(Zero, size) : null;
    }

    private static ComplexBall<T>? ComplexRoot(ComplexBall<T> x)
    {
        if (Absolute(x) is not { } size || x.Im.Sign is not { } sign || sign == 0)
            return null;
        var half = T.Of(new BigRational(1, 2));
        return T.Root((size + x.Re) * half, 2) is { } re && T.Root((size - x.Re) * half, 2) is { } im ? new ComplexBall<T>(re, sign < 0 ? Zero - im : im) : null;
    }

    private static T? Absolute(ComplexBall<T> x) => x.IsReal
        ? x.Re.Sign is { } sign ? (sign < 0 ? Zero - x.Re : x.Re) : null
        : T.Root((x.Re * x.Re) + (x.Im * x.Im), 2);

    private static ComplexBall<T>? Exp(ComplexBall<T> x)
    {
        if (T.Exp(x.Re) is not { } size)
            return null;
        if (x.IsReal)
            return new(size);
        return T.SinCos(x.Im) is var (sine, cosine) ? new ComplexBall<T>(size * cosine, size * sine) : null;
    }

    private ComplexBall<T>? Function(Expr.Function function)
    {
        var arguments = function.Arguments;
        if (arguments.Count == 0 || arguments.Count > 2 || function.Name is "numeral" or "plus_minus")
            return function.Name is "max" or "min" ? Extreme(function) : null;
        if (function.Name is "factorial" or "binom" or "gcd" or "lcm")
            return Whole(function);
        if (function.Name is "max" or "min")
            return Extreme(function);
        if (Of(arguments[0]) is not { } x)
            return null;
        if (arguments.Count == 2)
            return Of(arguments[1]) is { } y ? Function(function.Name, x, y, arguments[1]) : null;
        if (!x.IsReal)
            return function.Name switch { "sqrt" => Root(x, 2), "abs" or "norm" => Absolute(x) is { } size ? new(size) : null, "exp" => Exp(x), "degree" => x, _ => null };
        return Real(function.Name, x.Re, Angles.InDegrees(arguments[0])) is { } value ? new(value) : function.Name == "sqrt" ? Root(x, 2) : null;
    }

    private ComplexBall<T>? Function(string name, ComplexBall<T> x, ComplexBall<T> y, Expr second)
    {
        switch (name)
        {
            case "sqrt":
                return Rational(second) is { IsInteger: true, Sign: > 0 } degree && degree <= 64 ? Root(x, (int)degree.Numerator) : null;
            case "log" when x.IsReal && y.IsReal:
                return T.Log(x.Re) is { } top && T.Log(y.Re) is { } bottom && T.Divide(top, bottom) is { } log ? new(log) : null;
            case "mod" when x.IsReal && y.IsReal:
                return T.Divide(x.Re, y.Re) is { } quotient && T.Floor(quotient) is { } whole ? new(x.Re - (T.Of(new BigRational(whole, 1)) * y.Re)) : null;
            default:
                return null;
        }
    }

    private static T? Real(string name, T x, bool inDegrees)
    {
        var one = T.Of(1);
        switch (name)
        {
            case "sqrt": return x.Sign >= 0 ? T.Root(x, 2) : null;
            case "abs" or "norm": return x.Sign is { } sign ? (sign < 0 ? Zero - x : x) : null;
            case "exp": return T.Exp(x);
            case "ln": return T.Log(x);
            case "log": return T.Log(x) is { } log && T.Log(T.Of(10)) is { } ten ? T.Divide(log, ten) : null;
            case "percent": return x * T.Of(new BigRational(1, 100));
            case "degree": return x;
            case "floor": return T.Floor(x) is { } floor ? T.Of(new BigRational(floor, 1)) : null;
            case "ceil": return T.Floor(Zero - x) is { } ceiling ? T.Of(new BigRational(-ceiling, 1)) : null;
            case "sgn": return x.Sign is { } side ? T.Of(side) : null;
            case "arctan": return T.Atan(x);
            case "arcsin": return Arcsine(x);
            case "arccos": return Arcsine(x) is { } asin ? (T.Pi * T.Of(new BigRational(1, 2))) - asin : null;
            case "arccot": return T.Divide(one, x) is { } inverse ? T.Atan(inverse) : null;
        }
        if (name.EndsWith('h') || name.StartsWith("ar", StringComparison.Ordinal))
            return Hyperbolic(name, x);
        if (name is not ("sin" or "cos" or "tan" or "cot" or "sec" or "csc") || T.SinCos(inDegrees ? x * T.Pi * T.Of(new BigRational(1, 180)) : x) is not var (sine, cosine))
            return null;
        return name switch { "sin" => sine, "cos" => cosine, "tan" => T.Divide(sine, cosine), "cot" => T.Divide(cosine, sine), "sec" => T.Divide(one, cosine), _ => T.Divide(one, sine) };
    }

    private static T? Arcsine(T x)
    {
        var rest = T.Of(1) - (x * x);
        if (rest.Sign == 0)
            return x * T.Pi * T.Of(new BigRational(1, 2));
        return T.Root(rest, 2) is { } leg && T.Divide(x, leg) is { } tangent ? T.Atan(tangent) : null;
    }

    private static T? Hyperbolic(string name, T x)
    {
        var (one, half) = (T.Of(1), T.Of(new BigRational(1, 2)));
        switch (name)
        {
            case "arsinh": return T.Root((x * x) + one, 2) is { } s ? T.Log(x + s) : null;
            case "arcosh": return T.Root((x * x) - one, 2) is { } c ? T.Log(x + c) : null;
            case "artanh": return T.Divide(one + x, one - x) is { } t && T.Log(t) is { } log ? log * half : null;
        }
        if (T.Exp(x) is not { } up || T.Exp(Zero - x) is not { } down)
            return null;
        var (sinh, cosh) = ((up - down) * half, (up + down) * half);
        return name switch { "sinh" => sinh, "cosh" => cosh, "tanh" => T.Divide(sinh, cosh), "coth" => T.Divide(cosh, sinh), "sech" => T.Divide(one, cosh), "csch" => T.Divide(one, sinh), _ => null };
    }

    /// <summary>Functions of whole numbers, at points where their arguments are whole.</summary>
    private ComplexBall<T>? Whole(Expr.Function function)
    {
        var numbers = new Expr[function.Arguments.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            // The divisors of variables are those of polynomials, not of their values.
            if ((function.Name is "gcd" or "lcm" ? ExactValue.Of(function.Arguments[i]) : Rational(function.Arguments[i])) is not { } value)
                return null;
            numbers[i] = new Expr.Number(value);
        }
        return ExactValue.Of(new Expr.Function(function.Name, numbers)) is { } exact ? new(T.Of(exact)) : null;
    }

    private ComplexBall<T>? Extreme(Expr.Function function)
    {
        T? best = null;
        foreach (var argument in function.Arguments)
        {
            if (Of(argument) is not { IsReal: true } value)
                return null;
            if (best is not { } so)
                best = value.Re;
            else if ((value.Re - so).Sign is not { } sign)
                return null;
            else if (sign == (function.Name == "max" ? 1 : -1))
                best = value.Re;
        }
        return best is { } found ? new(found) : null;
    }
}
