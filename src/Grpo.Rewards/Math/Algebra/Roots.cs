using System.Numerics;

namespace Grpo.Rewards.Math.Algebra;

/// <summary>Positive rational numbers as products of powers, so that roots and logarithms of equal numbers look equal.</summary>
internal static class Roots
{
    private const int LargestTrialDivisor = 10_000;

    /// <summary>The factors of a positive rational with their exponents; a part without small divisors stays whole.</summary>
    public static IEnumerable<(BigInteger Factor, int Exponent)> Factor(BigRational positive) =>
        Factor(positive.Numerator).Concat(Factor(positive.Denominator).Select(pair => (pair.Factor, -pair.Exponent)));

    /// <summary>A rational number to a rational power; null where that is not defined here (other than square roots of negative numbers).</summary>
    public static Quotient? Power(BigRational value, BigRational exponent)
    {
        if (value.Sign == 0)
            return exponent.Sign > 0 ? Quotient.Of(0) : null;
        if (value.Sign < 0)
        {
            if (exponent.Denominator == 2)
                return Power(-value, exponent) is { } size ? size * Quotient.Of("i", exponent * 2) : null;
            if (!exponent.Denominator.IsEven)
                return Power(-value, exponent) is { } root ? root * Quotient.Of(exponent.Numerator.IsEven ? 1 : -1) : null;
            return null;
        }
        var power = Quotient.Of(1);
        foreach (var (factor, count) in Factor(value))
            power *= Quotient.Of($"#{factor}", exponent * count);
        return power;
    }

    /// <summary>The natural logarithm of a positive rational as a sum over its factors.</summary>
    public static Quotient Logarithm(BigRational positive)
    {
        var sum = Quotient.Of(0);
        foreach (var (factor, count) in Factor(positive))
            sum += Quotient.Of($"ln({factor})") * Quotient.Of(count);
        return sum;
    }

    private static IEnumerable<(BigInteger Factor, int Exponent)> Factor(BigInteger rest)
    {
        for (var divisor = 2; divisor <= LargestTrialDivisor && rest > 1; divisor += divisor == 2 ? 1 : 2)
        {
            var count = 0;
            for (; (rest % divisor).IsZero; rest /= divisor)
                count++;
            if (count > 0)
                yield return (divisor, count);
            if ((BigInteger)divisor * divisor > rest)
                break;
        }
        if (rest > 1)
            yield return (rest, 1);
    }
}
