namespace Grpo.Rewards.Math.Algebra;

/// <summary>Greatest common divisors and least common multiples of polynomials, where monomials decide them.</summary>
internal static class Divisors
{
    /// <summary>The greatest common divisor of all; null when it cannot be told.</summary>
    public static Quotient? Greatest(ReadOnlySpan<Quotient> numbers)
    {
        var all = Scaled(numbers);
        var divisor = all[0];
        foreach (var next in all.AsSpan(1))
        {
            if (Greatest(divisor, next) is not { } common)
                return null;
            divisor = common;
        }
        return divisor;
    }

    /// <summary>The least common multiple of all; null when it cannot be told.</summary>
    public static Quotient? Least(ReadOnlySpan<Quotient> numbers)
    {
        var all = Scaled(numbers);
        var multiple = all[0];
        foreach (var next in all.AsSpan(1))
        {
            if (Greatest(multiple, next) is not { } common || Quotient.Divide(multiple * next, common) is not { } least)
                return null;
            multiple = least;
        }
        return multiple;
    }

    /// <summary>Polynomials with fractions among their coefficients are divided by these, which divide everything.</summary>
    private static Quotient[] Scaled(ReadOnlySpan<Quotient> numbers)
    {
        Quotient[] all = [.. numbers];
        var isField = all.Any(number => number.Constant is null) && all.Any(number => number.Denominator.Constant is not { } divisor || number.Numerator.Terms.Values.Any(coefficient => !(coefficient / divisor).IsInteger));
        return isField ? [.. all.Select(number => number.IsZero || number.Denominator.Constant is not { } divisor ? number : number * Quotient.Of(divisor / Content(number.Numerator)))] : all;
    }

    private static Quotient? Greatest(Quotient a, Quotient b)
    {
        if (a.IsZero || b.IsZero)
            return a.IsZero ? b : a;
        if (a.Denominator.Constant is not { } x || b.Denominator.Constant is not { } y)
            return null;
        var (first, second) = (a.Numerator * Polynomial.Of(1 / x), b.Numerator * Polynomial.Of(1 / y));
        // Two sums: only multiples of each other are told.
        if (first.Terms.Count > 1 && second.Terms.Count > 1)
            return first.RatioTo(second) is { } ratio ? new Quotient(second * Polynomial.Of(ExactValue.GreatestDivisor(ratio, 1)), Polynomial.Of(1)) : null;
        // What a sum leaves over its common monomial has no divisor in common with a monomial.
        var coefficient = ExactValue.GreatestDivisor(Content(first), Content(second)).Abs;
        var divisor = Quotient.Of(coefficient);
        foreach (var (atom, exponent) in first.Terms.First().Key.Factors)
        {
            var least = exponent;
            foreach (var term in first.Terms.Keys.Concat(second.Terms.Keys))
            {
                var other = Exponent(term, atom);
                least = other < least ? other : least;
            }
            if (least.Sign > 0)
                divisor *= Quotient.Of(atom, least);
        }
        return divisor;
    }

    private static BigRational Exponent(Monomial monomial, string atom)
    {
        foreach (var (name, exponent) in monomial.Factors)
        {
            if (name == atom)
                return exponent;
        }
        return 0;
    }

    private static BigRational Content(Polynomial polynomial)
    {
        BigRational content = 0;
        foreach (var coefficient in polynomial.Terms.Values)
            content = ExactValue.GreatestDivisor(content, coefficient);
        return content.Abs;
    }
}
