using System.Collections.Concurrent;
using System.Numerics;

namespace Grpo.Rewards.Math.Numeric;

/// <summary>Constants in fixed-point arithmetic, kept for each precision that was asked for.</summary>
internal static class BigConstants
{
    private const int Guard = 32;
    private static readonly ConcurrentDictionary<int, BigInteger> PiAt = new();
    private static readonly ConcurrentDictionary<int, BigInteger> Ln2At = new();

    /// <summary>Pi, by Machin's formula 16 atan(1/5) - 4 atan(1/239).</summary>
    public static BigInteger Pi(int precision) => PiAt.GetOrAdd(precision, static bits =>
        ((16 * Inverse(5, bits + Guard, alternating: true)) - (4 * Inverse(239, bits + Guard, alternating: true))) >> Guard);

    /// <summary>ln 2 = 2 artanh(1/3).</summary>
    public static BigInteger Ln2(int precision) => Ln2At.GetOrAdd(precision, static bits => (2 * Inverse(3, bits + Guard, alternating: false)) >> Guard);

    /// <summary>artanh z = z + z^3/3 + z^5/5 + …, for |z| at most 1/3.</summary>
    public static BigInteger Artanh(BigInteger z, int precision)
    {
        var (sum, power, square) = (z, z, (z * z) >> precision);
        for (var k = 3; BigInteger.Abs(power) > 1 && k < 4 * precision; k += 2)
        {
            MathWork.Charge(BigBall.Steps);
            power = (power * square) >> precision;
            sum += power / k;
        }
        return sum;
    }

    /// <summary>atan(1/n) or artanh(1/n).</summary>
    private static BigInteger Inverse(int n, int bits, bool alternating)
    {
        var power = (BigInteger.One << bits) / n;
        var sum = power;
        for (var k = 3; !power.IsZero; k += 2)
        {
            power /= n * n;
            var term = power / k;
            sum += alternating && k % 4 == 3 ? -term : term;
        }
        return sum;
    }
}
