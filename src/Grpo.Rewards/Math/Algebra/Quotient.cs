using System.Numerics;

namespace Grpo.Rewards.Math.Algebra;

/// <summary>One polynomial over another that is not 0. Common factors are not cancelled: equality multiplies across instead.</summary>
internal sealed record Quotient(Polynomial Numerator, Polynomial Denominator)
{
    public static Quotient Of(BigRational value) => new(Polynomial.Of(value), Polynomial.Of(1));

    /// <summary>An atom to a rational power.</summary>
    public static Quotient Of(string atom, BigRational exponent)
    {
        var (coefficient, rest) = Monomial.Of(atom, exponent);
        return new(Polynomial.Of(coefficient, rest), Polynomial.Of(1));
    }

    public static Quotient Of(string atom) => Of(atom, 1);

    /// <summary>The value when it is rational.</summary>
    public BigRational? Constant => Numerator.IsZero ? 0 : Numerator.RatioTo(Denominator);

    public bool IsZero => Numerator.IsZero;

    /// <summary>The only term, when there is one over a constant: its coefficient and monomial.</summary>
    public (BigRational Coefficient, Monomial Monomial)? Single =>
        Denominator.Constant is { } divisor && Numerator.Terms.Count == 1 ? (Numerator.Terms.First().Value / divisor, Numerator.Terms.First().Key) : null;

    public static Quotient operator +(Quotient a, Quotient b) => a.Denominator.RatioTo(b.Denominator) is { } ratio
        ? new(a.Numerator + (b.Numerator * Polynomial.Of(ratio)), a.Denominator)
        : new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Quotient operator -(Quotient a, Quotient b) => a + (b * Of(-1));

    public static Quotient operator *(Quotient a, Quotient b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    /// <summary>The quotient; null when the divisor is 0.</summary>
    public static Quotient? Divide(Quotient a, Quotient b) => b.IsZero ? null : new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    /// <summary>A whole power by squaring; null for 0 to a negative power.</summary>
    public Quotient? Power(BigInteger exponent)
    {
        if (exponent.Sign < 0)
            return IsZero ? null : new Quotient(Denominator, Numerator).Power(-exponent);
        var (result, square) = (Of(1), this);
        for (var rest = exponent; !rest.IsZero; rest >>= 1)
        {
            if (!rest.IsEven)
                result *= square;
            if (rest > 1)
                square *= square;
        }
        return result;
    }

    /// <summary>Whether both are the same quantity for every value of their atoms.</summary>
    public bool Same(Quotient other) => Pythagoras.Reduce((this - other).Numerator).IsZero;

    /// <summary>A text that is the same only for equal quotients.</summary>
    public override string ToString()
    {
        var scale = Denominator.Constant is { } constant ? Polynomial.Of(1 / constant) : null;
        return scale is null ? $"({Numerator})/({Denominator})" : (Numerator * scale).ToString();
    }
}
