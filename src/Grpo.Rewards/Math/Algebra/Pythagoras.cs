namespace Grpo.Rewards.Math.Algebra;

/// <summary>The identity sin(a)^2 + cos(a)^2 = 1, applied by leaving no sine above the first power.</summary>
internal static class Pythagoras
{
    /// <summary>The same polynomial with every sin(a)^2 written as 1 - cos(a)^2.</summary>
    /// <exception cref="MathBudgetException">The result has too many terms.</exception>
    public static Polynomial Reduce(Polynomial polynomial)
    {
        if (!polynomial.Terms.Keys.Any(monomial => monomial.Factors.Any(IsSquare)))
            return polynomial;
        var reduced = Polynomial.Of(0);
        foreach (var (monomial, coefficient) in polynomial.Terms)
        {
            var term = Polynomial.Of(coefficient);
            foreach (var factor in monomial.Factors)
                term *= Reduce(factor);
            reduced += term;
        }
        return reduced;
    }

    private static Polynomial Reduce((string Atom, BigRational Exponent) factor)
    {
        if (!IsSquare(factor))
            return Power(factor.Atom, factor.Exponent);
        var squares = (int)(factor.Exponent.Numerator / 2);
        var product = Power(factor.Atom, factor.Exponent - (2 * squares));
        var square = Polynomial.Of(1) + (Polynomial.Of(-1) * Power($"cos{factor.Atom[3..]}", 2));
        for (var i = 0; i < squares; i++)
            product *= square;
        return product;
    }

    private static bool IsSquare((string Atom, BigRational Exponent) factor) =>
        factor.Exponent.IsInteger && factor.Exponent > 1 && factor.Exponent <= 256 && factor.Atom.StartsWith("sin(", StringComparison.Ordinal);

    private static Polynomial Power(string atom, BigRational exponent)
    {
        var (coefficient, monomial) = Monomial.Of(atom, exponent);
        return Polynomial.Of(coefficient, monomial);
    }
}
