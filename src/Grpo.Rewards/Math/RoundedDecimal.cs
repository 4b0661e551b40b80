using System.Globalization;

namespace Grpo.Rewards.Math;

/// <summary>Recognises a decimal as the rounded value of an exact number: 0.333333 for 1/3, 8.062258 for the root of 65.</summary>
internal static class RoundedDecimal
{
    /// <summary>Whether one side is a decimal with enough decimals and significant digits, and the other, which is no decimal, rounds to it.</summary>
    /// <param name="a">One side.</param>
    /// <param name="b">The other side.</param>
    /// <param name="minDecimals">Fewest decimals, and fewest significant digits. With few, unequal answers would pass; tiny numbers never round to 0.</param>
    public static bool Matches(Expr a, Expr b, int minDecimals) => Rounds(a, b, minDecimals) || Rounds(b, a, minDecimals);

    private static bool Rounds(Expr rounded, Expr exact, int minDecimals)
    {
        var (value, decimals) = Signed(rounded);
        if (decimals < minDecimals || decimals > 15 || Signed(exact).Decimals > 0 || SignificantDigits(value, decimals) < minDecimals)
            return false;
        var half = new BigRational(1, 2) / new BigRational(10, 1).Power(decimals);
        if (ExactValue.Of(exact) is { } known)
            return (known - value).Abs <= half;
        // Irrational: a double has ten digits to spare at six decimals, and the value is never on the edge of rounding.
        return Approximation.Of(exact) is { } near && double.Abs(near - ToDouble(value)) <= ToDouble(half) * (1 + 1e-6) && double.Abs(near) < 1e9;
    }

    private static (BigRational Value, int Decimals) Signed(Expr expr) => expr switch
    {
        Expr.Number number => (number.Value, number.Decimals),
        Expr.Operation('-', Expr.Number { Value.Sign: 0 }, Expr.Number number) => (-number.Value, number.Decimals),
        _ => (0, 0),
    };

    private static int SignificantDigits(BigRational value, int decimals) =>
        (value.Abs * new BigRational(10, 1).Power(decimals)).Numerator.ToString(CultureInfo.InvariantCulture) is { } digits && digits != "0" ? digits.Length : 0;

    private static double ToDouble(BigRational value) => (double)value.Numerator / (double)value.Denominator;
}
