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
    [InlineData(@"\begin{vmatrix}1&2\\3&4\end{vmatrix}", "-2")]
    [InlineData(@"\sqrt{8}", @"2\sqrt{2}")]
    [InlineData(@"\frac{\sqrt{3}}{3}", @"\frac{1}{\sqrt{3}}")]
    [InlineData(@"\sqrt{3}-\sqrt{2}", @"\frac{1}{\sqrt{3}+\sqrt{2}}")]
    [InlineData(@"(\sqrt{2})^4", "4")]
    [InlineData(@"2^{1/2}", @"\sqrt2")]
    [InlineData(@"\sqrt[3]{x}", "x^{1/3}")]
    [InlineData("2^{n+1}", @"2\cdot 2^n")]
    [InlineData("e^2", "exp(2)")]
    [InlineData("x^2+2x+1", "(x+1)^2")]
    [InlineData("x^2", "x**2")]
    [InlineData("abc", "cab")]
    [InlineData(@"\frac{x^2-1}{x-1}", "x+1")]
    [InlineData(@"\log_2 8", "3")]
    [InlineData(@"\log 100", "2")]
    [InlineData(@"\ln e", "1")]
    [InlineData(@"\ln 8", @"3 \ln 2")]
    [InlineData(@"\sin 30^\circ", "1/2")]
    [InlineData(@"\cos \frac{\pi}{6}", @"\frac{\sqrt3}{2}")]
    [InlineData(@"\tan 75^\circ", @"2+\sqrt{3}")]
    [InlineData(@"\sin^2 x + \cos^2 x", "1")]
    [InlineData(@"\tan^2 x + 1", @"\sec^2 x")]
    [InlineData(@"\cot x", @"\frac{\cos x}{\sin x}")]
    [InlineData("i^2", "-1")]
    [InlineData("|3+4i|", "5")]
    [InlineData("3+4i", @"3+4\mathrm{i}")]
    [InlineData(@"\sqrt{-4}", "2i")]
    [InlineData(@"\alpha", "α")]
    [InlineData("2x+4y=6", "x+2y=3")]
    [InlineData("2x>4", "x>2")]
    [InlineData("-x>4", "x<-4")]
    [InlineData(@"1 \pm \sqrt{2}", @"1+\sqrt{2}, 1-\sqrt{2}")]
    [InlineData(@"x \in [0,1]", "[0,1]")]
    [InlineData(@"\emptyset", @"\{\}")]
    [InlineData("3:4", "3 : 4")]
    [InlineData("A:B = 11:21", "11:21")]
    [InlineData("(p,q) = (3,2)", "(3,2)")]
    [InlineData("|AB| = 1", "1")]
    [InlineData("a=1, b=2", "1, 2")]
    [InlineData("15", "m+n = 10+5 = 15")]
    [InlineData(@"1/3", @"x = 1/3 \approx 1.3")]
    [InlineData("z = 1+1 = 2", "z = 2")]
    [InlineData("0 < x < 12.5", "(0, 12.5)")]
    [InlineData(@"m \ge 2", @"m \in [2, \infty)")]
    [InlineData(@"\text{(E)}", "{(e)}")]
    [InlineData(@"m \ge \sqrt{2}", @"[\sqrt{2}, +\infty)")]
    [InlineData("0.111", "0,111")]
    [InlineData("1/2", @"\\dfrac{1}{2}")]
    [InlineData("125", @"125\textbf{ miles}")]
    [InlineData("[0,\\infty)", @"[0, +\infty)")]
    [InlineData("4", "4{cm}")]
    [InlineData("f(x)=x^2", "x^2")]
    [InlineData("1/3", "0.333333")]
    [InlineData(@"\sqrt{65}", "8.062258")]
    [InlineData(@"\text{(B)}", "B")]
    [InlineData(@"\text{Saturday}", "saturday")]
    [InlineData("Saturday", "  Saturday. ")]
    [InlineData("2516_8", "2516_{8}")]
    public void Equal(string gold, string prediction) => Assert.True(Compare(gold, prediction));

    [Theory]
    [InlineData("1/2", "0.50001")]
    [InlineData("1/3", "0.33333")]
    [InlineData("1/3", "0.333334")]
    [InlineData("1e-30", "0.000000")]
    [InlineData("0.333333", "0.3333333")]
    [InlineData("3.14159", @"\pi")]
    [InlineData(@"\sqrt{2}", "1.414215")]
    [InlineData(@"\frac{1}{2004!}", @"\frac{1}{2006!}")]
    [InlineData("2x+3=7", "2")]
    [InlineData("x", "X")]
    [InlineData(@"\sin^2 x - \cos^2 x", "1")]
    [InlineData(@"\sin x", @"\cos x")]
    [InlineData(@"x \in [-2,7]", @"-2 \le x \le 7")]
    [InlineData("2x+3=7", "7")]
    [InlineData("(0, 12.5)", "0 < x < 12.5")]
    [InlineData("0 < x < 1", "[0, 1)")]
    [InlineData("3:4", "4:3")]
    [InlineData("x^2", "x^3")]
    [InlineData("|x|", "x")]
    [InlineData(@"\sqrt{x^2}", "x")]
    [InlineData("2x", "2X")]
    [InlineData("2x>4", "x<2")]
    [InlineData("x=4", "2x=4")]
    [InlineData(@"1 \pm \sqrt{2}", @"1 + \sqrt{2}")]
    [InlineData(@"10^{100}", @"10^{100}+1")]
    [InlineData(@"e^{-100}", @"e^{-101}")]
    [InlineData(@"\sqrt{2}+\sqrt{3}", @"\sqrt{5}")]
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
    [InlineData("2^{99999999}")]
    [InlineData("9^{9^9}")]
    public void A_number_too_large_to_write_out_equals_itself(string number)
    {
        Assert.Null(MathReading.Of(number).Value);
        Assert.True(Compare(number, number));
    }

    [Fact]
    public void A_literal_beyond_the_budget_is_refused_at_once() => Assert.Throws<MathBudgetException>(() => MathReading.Of("1e400000000"));

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<MathBudgetException>(() => MathReading.Of(new string('{', 1_000) + "1" + new string('}', 1_000)));

    /// <summary>Names that someone made up are read as names, or not at all; none of them becomes one of the names that the normal form makes.</summary>
    [Theory]
    [InlineData(@"\variable{\}")]
    [InlineData(@"\variable{\text{}}")]
    [InlineData(@"\variable{#4}")]
    [InlineData(@"\variable{#four}")]
    [InlineData(@"\variable{[x]^[1/2]}")]
    [InlineData(@"\frac{d}{d\}")]
    [InlineData(@"\frac{d\#4}{dx}")]
    public void A_made_up_name_is_none_of_our_own(string text)
    {
        foreach (var other in new[] { text, "4", @"\sqrt{x}", "x" })
        {
            Assert.False(Compare(other, text + " + 1"));
            Assert.False(Compare(text, other + " + 1"));
        }
    }

    private static bool Compare(string gold, string prediction, MathPolicy? policy = null) =>
        MathComparer.Compare(MathReading.Of(gold), MathReading.Of(prediction), policy ?? new MathPolicy()).Equal;
}
