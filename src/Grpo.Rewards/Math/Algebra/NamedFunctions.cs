using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Math.Algebra;

/// <summary>Normal forms of functions: by identities where there are some, else the function of a normal form is an atom.</summary>
internal static class NamedFunctions
{
    private static readonly BigRational Half = new(1, 2);

    public static Quotient? Apply(Expr.Function function)
    {
        if (ExactValue.Of(function) is { } exact)
            return Quotient.Of(exact);
        if (function is { Name: "det", Arguments: [Expr.Compound { Open: 'm' } matrix] })
            return Determinant.Of(matrix);
        var arguments = new Quotient[function.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (NormalForm.Of(function.Arguments[i]) is not { } argument)
                return null;
            arguments[i] = argument;
        }
        if (Constants(function.Name, arguments) is { } constant)
            return Quotient.Of(constant);
        var inDegrees = function.Arguments is [var angle] && Angles.InDegrees(angle);
        return (function.Name, arguments) switch
        {
            ("percent", [var x]) => x * Quotient.Of(new BigRational(1, 100)),
            ("degree", [var x]) => x,
            ("sqrt", [var x]) => NormalForm.Power(x, Quotient.Of(Half)),
            ("sqrt", [var x, var n]) => Quotient.Divide(Quotient.Of(1), n) is { } exponent ? NormalForm.Power(x, exponent) : null,
            ("exp", [var x]) => NormalForm.Power(Quotient.Of("e"), x),
            ("abs", [var x]) => Absolute(x),
            ("ln", [var x]) => Logarithm(x),
            ("log", [var x]) => Quotient.Divide(Logarithm(x), Roots.Logarithm(10)),
            ("log", [var x, var b]) => Quotient.Divide(Logarithm(x), Logarithm(b)),
            ("sin", [var x]) => Sine(x, inDegrees),
            ("cos", [var x]) => Cosine(x, inDegrees),
            ("tan", [var x]) => Quotient.Divide(Sine(x, inDegrees), Cosine(x, inDegrees)),
            ("cot", [var x]) => Quotient.Divide(Cosine(x, inDegrees), Sine(x, inDegrees)),
            ("sec", [var x]) => Quotient.Divide(Quotient.Of(1), Cosine(x, inDegrees)),
            ("gcd", { Length: > 0 }) => Divisors.Greatest(arguments) ?? Atom(function.Name, arguments),
            ("lcm", { Length: > 0 }) => Divisors.Least(arguments) ?? Atom(function.Name, arguments),
            ("max" or "min", { Length: > 0 }) => Extreme(function, arguments),
            ("mod", [var x, var y]) => Remainder(function, x, y) ?? Atom(function.Name, arguments),
            ("norm", [var x]) => Absolute(x),
            ("csc", [var x]) => Quotient.Divide(Quotient.Of(1), Sine(x, inDegrees)),
            _ => Atom(function.Name, arguments),
        };
    }

    /// <summary>The value when every argument turned out to be rational: <c>\lfloor 2y - y - y \rfloor</c> is 0.</summary>
    private static BigRational? Constants(string name, Quotient[] arguments)
    {
        var numbers = new Expr[arguments.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (arguments[i].Constant is not { } value)
                return null;
            numbers[i] = new Expr.Number(value);
        }
        return numbers.Length == 0 ? null : ExactValue.Of(new Expr.Function(name, numbers));
    }

    /// <summary>The largest or smallest argument, where their bounds tell; else an atom in which their order says nothing.</summary>
    private static Quotient Extreme(Expr.Function function, Quotient[] arguments)
    {
        var best = 0;
        var enclosure = new Enclosure<DoubleBall>();
        for (var i = 1; i < arguments.Length; i++)
        {
            if (arguments[i].Same(arguments[best]))
                continue;
            if (enclosure.Of(function.Arguments[i]) is not { IsReal: true } next || enclosure.Of(function.Arguments[best]) is not { IsReal: true } so || (next.Re - so.Re).Sign is not { } sign)
                return Quotient.Of($"{function.Name}({string.Join(",", arguments.Select(argument => argument.ToString()).Distinct().Order(StringComparer.Ordinal))})");
            if (sign == (function.Name == "max" ? 1 : -1))
                best = i;
        }
        return arguments[best];
    }

    /// <summary>a mod b = a - b floor(a / b), where bounds tell the floor of irrational numbers.</summary>
    private static Quotient? Remainder(Expr.Function function, Quotient x, Quotient y)
    {
        BigBall.Precision = 256;
        var enclosure = new Enclosure<BigBall>();
        return enclosure.Of(function.Arguments[0]) is { IsReal: true } a && enclosure.Of(function.Arguments[1]) is { IsReal: true } b && BigBall.Divide(a.Re, b.Re) is { } quotient && BigBall.Floor(quotient) is { } whole
            ? x - (y * Quotient.Of(new BigRational(whole, 1)))
            : null;
    }

    /// <summary>|a + bi| = sqrt(a^2 + b^2) for rational a and b; |x| is an atom.</summary>
    private static Quotient? Absolute(Quotient x)
    {
        var (real, imaginary) = ((BigRational)0, (BigRational)0);
        if (x.Denominator.Constant is not { } divisor)
            return Atom("abs", x);
        foreach (var (monomial, coefficient) in x.Numerator.Terms)
        {
            if (monomial.IsOne)
                real = coefficient / divisor;
            else if (monomial.ToString() == "i")
                imaginary = coefficient / divisor;
            else
                return Atom("abs", x);
        }
        return Roots.Power((real * real) + (imaginary * imaginary), Half);
    }

    private static Quotient Logarithm(Quotient x)
    {
        if (x.Constant is { Sign: > 0 } value)
            return Roots.Logarithm(value);
        return x.Single is ({ Sign: > 0 } coefficient, { Factors: [("e", var power)] })
            ? Roots.Logarithm(coefficient) + Quotient.Of(power)
            : Atom("ln", x);
    }

    private static Quotient Sine(Quotient x, bool inDegrees) => (Turns(x, inDegrees) is { } turns ? Trigonometry.Sine(turns) : null) ?? Atom("sin", Radians(x, inDegrees));

    private static Quotient Cosine(Quotient x, bool inDegrees) => (Turns(x, inDegrees) is { } turns ? Trigonometry.Cosine(turns) : null) ?? Atom("cos", Radians(x, inDegrees));

    private static Quotient Radians(Quotient x, bool inDegrees) => inDegrees ? x * Quotient.Of("pi") * Quotient.Of(new BigRational(1, 180)) : x;

    /// <summary>The angle as a multiple of pi.</summary>
    private static BigRational? Turns(Quotient x, bool inDegrees)
    {
        if (x.Constant is { } number)
            return inDegrees ? number / 180 : number.Sign == 0 ? 0 : null;
        return !inDegrees && x.Single is (var coefficient, { Factors: [("pi", { } power)] }) && power == 1 ? coefficient : null;
    }

    private static Quotient Atom(string name, params Quotient[] arguments) => Quotient.Of($"{name}({string.Join(",", arguments.Select(argument => argument.ToString()))})");
}
