using System.Numerics;
using FsCheck.Fluent;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Tests.Math;

public class BigRationalTests
{
    [Fact]
    public void Arithmetic_keeps_lowest_terms() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<int, int, int>((a, b, c) =>
        {
            var (x, y) = (new BigRational(a, (BigInteger)int.Abs(b % 1000) + 1), new BigRational(c, (BigInteger)int.Abs(a % 1000) + 1));
            var sum = x + y;
            return sum - y == x
                && (y.Sign == 0 || x * y / y == x)
                && BigInteger.GreatestCommonDivisor(sum.Numerator, sum.Denominator).IsOne
                && sum.Denominator.Sign > 0
                && (x < y) == ((x - y).Sign < 0);
        }));

    [Fact]
    public void The_default_value_is_zero() => Assert.Equal("0", default(BigRational).ToString());

    [Fact]
    public void A_zero_denominator_is_refused() => Assert.Throws<DivideByZeroException>(() => new BigRational(1, 0));

    [Fact]
    public void Powers_are_bounded()
    {
        Assert.Equal(new BigRational(1, 8), new BigRational(2, 1).Power(-3));
        Assert.Throws<MathBudgetException>(() => new BigRational(2, 1).Power(5_000));
        Assert.Throws<DivideByZeroException>(() => default(BigRational).Power(-1));
    }
}
