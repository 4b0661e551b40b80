using System.Numerics;

namespace Grpo.Rewards.Math.Algebra;

/// <summary>Turns an expression into a quotient of polynomials in its variables, roots and functions, by identities that always hold.</summary>
/// <remarks>Equal normal forms prove that two expressions are equal; different ones do not prove the opposite. Nothing is rounded.</remarks>
internal static class NormalForm
{
    private const int LargestPower = 256;

    /// <summary>The normal form, or null for what is no number: collections, relations, words, division by zero.</summary>
    /// <exception cref="MathBudgetException">An intermediate sum has too many terms.</exception>
    public static Quotient? Of(Expr expr) => expr switch
    {
        Expr.Number number => Quotient.Of(number.Value),
        Expr.Symbol { Name: "infinity" } => null,
        Expr.Symbol symbol => Quotient.Of(symbol.Name),
        Expr.Operation operation => Of(operation.Left) is { } left && Of(operation.Right) is { } right ? Apply(operation.Operator, left, right) : null,
        Expr.Function function => NamedFunctions.Apply(function),
        _ => null,
    };

    private static Quotient? Apply(char op, Quotient left, Quotient right) => op switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => Quotient.Divide(left, right),
        '^' => Power(left, right),
        _ => null,
    };

    /// <summary>base ^ exponent; where no identity applies, an atom of its own.</summary>
    public static Quotient? Power(Quotient @base, Quotient exponent)
    {
        if (exponent.Constant is { } constant)
            return Power(@base, constant);
        if (@base.IsZero || exponent.Denominator.Constant is not { } divisor)
            return Opaque(@base, exponent);
        // b^(n + 1) = b^n * b, one factor for each term of the exponent.
        Quotient? product = Quotient.Of(1);
        foreach (var (monomial, coefficient) in exponent.Numerator.Terms)
        {
            var factor = monomial.IsOne ? Power(@base, coefficient / divisor) : Quotient.Of($"[{@base}]^[{monomial}]", coefficient / divisor);
            product = factor is null || product is null ? null : product * factor;
        }
        return product;
    }

    private static Quotient? Power(Quotient @base, BigRational exponent)
    {
        if (exponent.IsInteger && BigInteger.Abs(exponent.Numerator) <= LargestPower)
            return @base.Power(exponent.Numerator);
        if (@base.Constant is { } value)
            return exponent.IsInteger ? Quotient.Of(value.Power(exponent.Numerator)) : Roots.Power(value, exponent);
        // (2x)^(1/3) = 2^(1/3) x^(1/3); but (x^2)^(1/2) is |x|, and so stays as it is.
        if (@base.Single is ({ Sign: > 0 } coefficient, var monomial) && monomial.Factors.All(factor => factor.Atom[0] == '#' || (factor.Exponent == 1 && factor.Atom != "i")))
        {
            var product = Roots.Power(coefficient, exponent)!;
            foreach (var (atom, power) in monomial.Factors)
                product *= Quotient.Of(atom, power * exponent);
            return product;
        }
        return Opaque(@base, Quotient.Of(exponent));
    }

    private static Quotient Opaque(Quotient @base, Quotient exponent) => Quotient.Of($"[{@base}]^[{exponent}]");
}
