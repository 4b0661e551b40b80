using System.Globalization;
using System.Numerics;

namespace Grpo.Rewards.Math.Algebra;

/// <summary>A product of atoms with rational exponents, such as <c>x^2 * #2^(1/2)</c>.</summary>
/// <remarks>
/// Atoms are variables, constants, functions of a normal form, the imaginary unit <c>i</c>, and positive integers written <c>#2</c> (primes, as far as they
/// were factored) that carry roots: their exponents stay in (0, 1), because whole powers go into the coefficient.
/// </remarks>
internal sealed class Monomial : IEquatable<Monomial>
{
    private readonly (string Atom, BigRational Exponent)[] _factors; // sorted by atom, exponents not 0
    private readonly string _key;

    private Monomial((string Atom, BigRational Exponent)[] factors)
    {
        _factors = factors;
        _key = string.Join('*', factors.Select(factor => factor.Exponent == 1 ? factor.Atom : $"{factor.Atom}^({factor.Exponent})"));
    }

    public static Monomial One { get; } = new([]);

    public bool IsOne => _factors.Length == 0;

    public IReadOnlyList<(string Atom, BigRational Exponent)> Factors => _factors;

    /// <summary>An atom to a power: a coefficient and what is left of it.</summary>
    public static (BigRational Coefficient, Monomial Remainder) Of(string atom, BigRational exponent)
    {
        if (exponent.Sign == 0)
            return (1, One);
        if (atom == "i" && exponent.IsInteger)
        {
            var turn = (int)(((exponent.Numerator % 4) + 4) % 4);
            return (turn < 2 ? 1 : -1, turn % 2 == 0 ? One : new([("i", 1)]));
        }
        if (atom[0] != '#')
            return (1, new([(atom, exponent)]));
        var whole = BigInteger.DivRem(exponent.Numerator, exponent.Denominator, out var remainder);
        if (remainder.Sign < 0)
            (whole, remainder) = (whole - 1, remainder + exponent.Denominator);
        var coefficient = new BigRational(BigInteger.Parse(atom.AsSpan(1), CultureInfo.InvariantCulture), 1).Power(whole);
        return (coefficient, remainder.IsZero ? One : new([(atom, new BigRational(remainder, exponent.Denominator))]));
    }

    /// <summary>The product: a coefficient and what is left of it.</summary>
    public static (BigRational Coefficient, Monomial Remainder) Multiply(Monomial a, Monomial b)
    {
        if (a.IsOne || b.IsOne)
            return (1, a.IsOne ? b : a);
        BigRational coefficient = 1;
        List<(string, BigRational)> factors = [];
        for (int i = 0, j = 0; i < a._factors.Length || j < b._factors.Length;)
        {
            var order = i == a._factors.Length ? 1 : j == b._factors.Length ? -1 : string.CompareOrdinal(a._factors[i].Atom, b._factors[j].Atom);
            if (order != 0)
            {
                factors.Add(order < 0 ? a._factors[i++] : b._factors[j++]);
                continue;
            }
            var (whole, rest) = Of(a._factors[i].Atom, a._factors[i++].Exponent + b._factors[j++].Exponent);
            coefficient *= whole;
            factors.AddRange(rest._factors);
        }
        return (coefficient, new([.. factors]));
    }

    public bool Equals(Monomial? other) => other is not null && _key == other._key;

    public override bool Equals(object? obj) => Equals(obj as Monomial);

    public override int GetHashCode() => _key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _key;
}
