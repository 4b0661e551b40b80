using System.Globalization;
using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Recognises a decimal as the rounded value of an exact number: 0.333333 for 1/3, 8.062258 for the root of 65.</summary>
internal static class RoundedDecimal
{
    private const int FewestDigits = 2;

    /// <summary>Whether one side is a decimal with enough decimals and significant digits, and the other, which has more or is no decimal, rounds to it.</summary>
    public static bool Matches(Expr a, Expr b, MathPolicy policy) => Rounds(a, b, policy) || Rounds(b, a, policy);

    private static bool Rounds(Expr rounded, Expr exact, MathPolicy policy)
    {
        var (value, decimals) = Signed(rounded);
        if (decimals is 0 or > 15)
            return false;
        var digits = SignificantDigits(value, decimals);
        var others = Signed(exact).Decimals;
        var enough = policy.RoundedDecimals is { } fewest && decimals >= fewest && digits >= fewest && others == 0;
        if (!enough && !(policy.AcceptRounded && digits >= FewestDigits && (others == 0 || others > decimals)))
            return false;
        var half = new BigRational(1, 2) / new BigRational(10, 1).Power(decimals);
        if (ExactValue.Of(exact) is { } known)
            return (known - value).Abs <= half;
        // Irrational: a double has ten digits to spare at six decimals, and the value is never on the edge of rounding.
        return new Enclosure<DoubleBall>().Of(exact) is { IsReal: true } near && double.Abs(near.Re.Mid - value.ToDouble()) <= half.ToDouble() * (1 + 1e-6) && double.Abs(near.Re.Mid) < 1e9;
    }

    private static (BigRational Value, int Decimals) Signed(Expr expr) => expr switch
    {
        Expr.Number number => (number.Value, number.Decimals),
        Expr.Operation('-', Expr.Number { Value.Sign: 0 }, Expr.Number number) => (-number.Value, number.Decimals),
        _ => (0, 0),
    };

    private static int SignificantDigits(BigRational value, int decimals) =>
        (value.Abs * new BigRational(10, 1).Power(decimals)).Numerator.ToString(CultureInfo.InvariantCulture) is { } digits && digits != "0" ? digits.Length : 0;
}
