using System.Globalization;
using System.Numerics;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Numerals that name their base: <c>1010_2</c>.</summary>
internal static class Numerals
{
    /// <summary>Whether two numerals have the same digits in the same base, or the same value.</summary>
    public static bool Same(Expr.Function a, Expr.Function b) =>
        Structure.Same(a, b) || (Value(a) is { } value && Value(b) == value);

    private static BigInteger? Value(Expr.Function numeral)
    {
        if (numeral.Arguments is not [Expr.Number { Value: var digits }, Expr.Symbol { Name: var name }] || !int.TryParse(name, CultureInfo.InvariantCulture, out var @base) || @base is < 2 or > 36 || digits.Numerator.GetBitLength() > 512)
            return null;
        var value = BigInteger.Zero;
        foreach (var digit in digits.Numerator.ToString(CultureInfo.InvariantCulture))
        {
            if (digit - '0' >= @base)
                return null;
            value = (value * @base) + (digit - '0');
        }
        return value;
    }
}
