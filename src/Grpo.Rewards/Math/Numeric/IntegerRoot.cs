using System.Numerics;

namespace Grpo.Rewards.Math.Numeric;

/// <summary>Roots of integers, by Newton's iteration.</summary>
internal static class IntegerRoot
{
    /// <summary>The largest integer whose power of that degree is not above <paramref name="value"/>, which is at least 0.</summary>
    public static BigInteger Floor(BigInteger value, int degree)
    {
        if (value.IsZero || value.IsOne || degree == 1)
            return value;
        if (degree == 2 && value < 1L << 52)
            return (long)double.Sqrt((double)value);
        var guess = BigInteger.One << (int)((value.GetBitLength() / degree) + 1);
        while (true)
        {
            var next = (((degree - 1) * guess) + (value / BigInteger.Pow(guess, degree - 1))) / degree;
            if (next >= guess)
                return guess;
            guess = next;
        }
    }

    /// <summary>The exact root, or null when it is no integer.</summary>
    public static BigInteger? Exact(BigInteger value, int degree)
    {
        var root = Floor(value, degree);
        return BigInteger.Pow(root, degree) == value ? root : null;
    }
}
