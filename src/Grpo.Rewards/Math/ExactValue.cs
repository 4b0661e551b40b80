using System.Numerics;
using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Math;

/// <summary>The value of expressions that are rational numbers, computed exactly.</summary>
public static class ExactValue
{
    // The factorials of larger numbers have no value here, but still equal themselves.
    private const int FactorialLimit = 500;

    /// <summary>The rational value, or null when the expression has none (symbols, irrational values, collections, division by zero).</summary>
    /// <remarks><c>10%</c> is 1/10 and <c>45°</c> is 45.</remarks>
    /// <exception cref="MathBudgetException">A number grew beyond <see cref="MathBudget"/>.</exception>
    public static BigRational? Of(Expr expr) => expr switch
    {
        Expr.Number number => number.Value,
        Expr.Operation operation => Of(operation.Left) is { } left && Of(operation.Right) is { } right ? Apply(operation.Operator, left, right) : null,
        Expr.Function function => Apply(function),
        _ => null,
    };

    private static BigRational? Apply(char op, BigRational left, BigRational right) => op switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => right.Sign == 0 ? null : left / right,
        '^' => Power(left, right),
        _ => null,
    };

    private static BigRational? Power(BigRational value, BigRational exponent)
    {
        if (value.Sign == 0)
            return exponent.Sign > 0 ? 0 : null;
        if (exponent.IsInteger)
            return value.Power(exponent.Numerator);
        return exponent.Denominator <= 64 && Root(value, (int)exponent.Denominator) is { } root ? root.Power(exponent.Numerator) : null;
    }

    private static BigRational? Apply(Expr.Function function)
    {
        if (function.Name is "sum" or "prod" && function.Arguments.Count == 4)
            return Fold(function);
        var values = new BigRational[function.Arguments.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (Of(function.Arguments[i]) is not { } value)
                return null;
            values[i] = value;
        }
        return (function.Name, values) switch
        {
            ("percent", [var x]) => x / 100,
            ("degree", [var x]) => x,
            ("abs" or "norm", [var x]) => x.Abs,
            ("sgn", [var x]) => x.Sign,
            ("sqrt", [var x]) => Root(x, 2),
            ("sqrt", [var x, { IsInteger: true } n]) when n > 1 && n <= 64 => Root(x, (int)n.Numerator),
            ("factorial", [{ IsInteger: true, Sign: >= 0 } n]) when n <= FactorialLimit => Factorial((int)n.Numerator),
            ("binom", [{ IsInteger: true, Sign: >= 0 } n, { IsInteger: true, Sign: >= 0 } k]) => Binomial(n, k),
            ("floor", [var x]) => new BigRational(Floor(x), 1),
            ("ceil", [var x]) => new BigRational(-Floor(-x), 1),
            ("mod", [var a, { Sign: not 0 } b]) => a - (b * new BigRational(Floor(a / b), 1)),
            ("gcd", { Length: > 0 }) => values.Aggregate(GreatestDivisor).Abs,
            ("lcm", { Length: > 0 }) => values.Aggregate(LeastMultiple).Abs,
            ("max", { Length: > 0 }) => values.Aggregate((a, b) => a >= b ? a : b),
            ("min", { Length: > 0 }) => values.Aggregate((a, b) => a <= b ? a : b),
            _ => null,
        };
    }

    private static BigRational? Fold(Expr.Function series)
    {
        if (Series.Terms(series) is not { } terms)
            return null;
        BigRational total = series.Name == "sum" ? 0 : 1;
        foreach (var term in terms)
        {
            MathWork.Charge(4);
            if (Of(term) is not { } value)
                return null;
            total = series.Name == "sum" ? total + value : total * value;
        }
        return total;
    }

    /// <summary>The largest rational of which both are multiples.</summary>
    internal static BigRational GreatestDivisor(BigRational a, BigRational b) => new(
        BigInteger.GreatestCommonDivisor(a.Numerator * b.Denominator, b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    private static BigRational LeastMultiple(BigRational a, BigRational b) => a.Sign == 0 || b.Sign == 0 ? 0 : a * b / GreatestDivisor(a, b);

    /// <summary>The real root of that degree when it is rational.</summary>
    private static BigRational? Root(BigRational value, int degree)
    {
        if (value.Sign < 0)
            return degree % 2 == 1 && Root(-value, degree) is { } root ? -root : null;
        return IntegerRoot.Exact(value.Numerator, degree) is { } numerator && IntegerRoot.Exact(value.Denominator, degree) is { } denominator ? new BigRational(numerator, denominator) : null;
    }

    private static BigRational Factorial(int n)
    {
        var product = BigInteger.One;
        for (var i = 2; i <= n; i++)
            product *= i;
        return new(product, 1);
    }

    private static BigRational Binomial(BigRational n, BigRational k)
    {
        if (k > n)
            return 0;
        if (n > MathBudget.IntegerBits)
            throw new MathBudgetException($"a binomial coefficient is of more than {MathBudget.IntegerBits}");
        var result = BigInteger.One;
        for (var i = 1; i <= (int)k.Numerator; i++)
            result = result * ((int)n.Numerator - i + 1) / i;
        return new(result, 1);
    }

    private static BigInteger Floor(BigRational x) => (x.Numerator - (x.Sign < 0 ? x.Denominator - 1 : 0)) / x.Denominator;
}
