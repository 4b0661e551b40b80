using Grpo.Rewards.Math;

namespace Grpo.Rewards.Tests.Math;

public class MathComparerTests
{
    [Theory]
    [InlineData("1/2", "0.5")]
    [InlineData("1/2", @"\frac{1}{2}")]
    [InlineData("1/2", @"\dfrac12")]
    [InlineData("1/2", @"$\tfrac{2}{4}$")]
    [InlineData("1/2", "50%")]
    [InlineData("1/2", @"50\%")]
    [InlineData("1/2", "½")]
    [InlineData("1/2", @"{1 \over 2}")]
    [InlineData("5/2", "2 1/2")]
    [InlineData("5/2", @"2\frac{1}{2}")]
    [InlineData("-5/2", @"-2\frac{1}{2}")]
    [InlineData("1234567", "1,234,567")]
    [InlineData("1234567", @"1{,}234{,}567")]
    [InlineData("1234567", @"1\,234\,567")]
    [InlineData("1234567.25", "1 234 567.25")]
    [InlineData("1500", "1.5e3")]
    [InlineData("1500", @"1.5 \times 10^3")]
    [InlineData("0.0015", "1.5E-3")]
    [InlineData("-7", "−7")]
    [InlineData("-7", "- 7")]
    [InlineData("42", "42.")]
    [InlineData("42", "**42**")]
    [InlineData("42", "`42`")]
    [InlineData("42", "４２")]
    [InlineData("42", "٤٢")]
    [InlineData("42", "$42.00")]
    [InlineData("42", "€42")]
    [InlineData("42", "42 apples")]
    [InlineData("42", @"42\text{ apples per day}")]
    [InlineData("42", "42 km/h")]
    [InlineData("42", "42cm^2")]
    [InlineData("42", "42 m")]
    [InlineData("42", "x = 42")]
    [InlineData("42", "42 = x")]
    [InlineData("42", "6 * 7 = 42")]
    [InlineData("x=42", "42")]
    [InlineData("42", @"\boxed{42}")]
    [InlineData("45", "45°")]
    [InlineData(@"45^\circ", "45")]
    [InlineData("3000000", "3 million")]
    [InlineData("1024", "2^{10}")]
    [InlineData("120", "5!")]
    [InlineData("10", @"\binom{5}{2}")]
    [InlineData("3", @"\sqrt[3]{27}")]
    [InlineData("4/33", @"0.\overline{12}")]
    [InlineData("2", @"\lfloor 2.7 \rfloor")]
    [InlineData("(1,2)", @"\left( 1, \frac{4}{2} \right)")]
    [InlineData(@"\{1,2,3\}", "3, 2, 1")]
    [InlineData("[0,1)", @"\left[0, 1\right)")]
    [InlineData(@"(-\infty,2)\cup(3,\infty)", @"(3,\infty) \cup (-\infty,2)")]
    [InlineData("0<x<1", "1>x>0")]
    [InlineData("x > 2", "2 < x")]
    [InlineData(@"\begin{pmatrix}1&2\\3&4\end{pmatrix}", @"\begin{bmatrix} 1 & 2 \\ 3 & 8/2 \end{bmatrix}")]
    [InlineData(@"\text{(B)}", "B")]
    [InlineData(@"\text{Saturday}", "saturday")]
    [InlineData("Saturday", "  Saturday. ")]
    [InlineData("2516_8", "2516_{8}")]
    public void Equal(string gold, string prediction) => Assert.True(Compare(gold, prediction));

    [Theory]
    [InlineData("1/2", "0.50001")]
    [InlineData("1/3", "0.333333")]
    [InlineData("10", "10%")]
    [InlineData("10", "100")]
    [InlineData("7", "-7")]
    [InlineData("12,34", "1234")]
    [InlineData("2", "2 2/3")]
    [InlineData("5", "5 or 6")]
    [InlineData("5", "5, 6, 7")]
    [InlineData("5", "x")]
    [InlineData("x=5", "y=5")]
    [InlineData("(1,2)", "(2,1)")]
    [InlineData("(1,2)", "[1,2]")]
    [InlineData("(1,2)", @"\{1,2\}")]
    [InlineData("x>2", @"x\ge 2")]
    [InlineData("10_2", "10_3")]
    [InlineData("100000000000000000000", "100000000000000000001")]
    [InlineData("1e-30", "2e-30")]
    [InlineData("Saturday", "Sunday")]
    [InlineData("x_1", "x_2")]
    [InlineData(@"\frac{1}{0}", @"\frac{2}{0}")]
    [InlineData("3*x-1*y+13=0", "3x+4y+14=0")]
    [InlineData("5", "")]
    public void Different(string gold, string prediction) => Assert.False(Compare(gold, prediction));

    [Fact]
    public void A_percent_is_its_number_too_when_the_policy_is_lenient()
    {
        var lenient = new MathPolicy { LenientPercent = true };
        Assert.True(Compare("20", "20%", lenient));
        Assert.True(Compare("20%", "20", lenient));
        Assert.False(Compare("20", "21%", lenient));
    }

    [Theory]
    [InlineData("3.0", true)]
    [InlineData("3.14", true)]
    [InlineData("3.4", false)]
    public void A_tolerance_is_relative_to_the_reference(string prediction, bool equal) =>
        Assert.Equal(equal, Compare("3.1", prediction, new MathPolicy { RelativeTolerance = 0.05 }));

    [Theory]
    [InlineData("1e400000000")]
    [InlineData("2^{99999999}")]
    [InlineData("9^{9^9}")]
    public void A_number_beyond_the_budget_is_refused_at_once(string bomb) => Assert.Throws<MathBudgetException>(() => MathReading.Of(bomb));

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<MathBudgetException>(() => MathReading.Of(new string('{', 1_000) + "1" + new string('}', 1_000)));

    private static bool Compare(string gold, string prediction, MathPolicy? policy = null) =>
        MathComparer.Compare(MathReading.Of(gold), MathReading.Of(prediction), policy ?? new MathPolicy()).Equal;
}
