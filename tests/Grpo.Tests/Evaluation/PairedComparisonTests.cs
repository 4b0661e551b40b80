using Grpo.Evaluation;

namespace Grpo.Tests.Evaluation;

public class PairedComparisonTests
{
    // Student 1908, "The probable error of a mean": extra hours of sleep under two drugs; the paired t interval is R's, help(sleep).
    private static readonly double?[] First = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    private static readonly double?[] Second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    [Fact]
    public void The_paired_interval_is_the_published_one()
    {
        var change = PairedComparison.Of(First, Second, 0.95);
        Assert.Equal(1.58, change.Difference!.Value, 10);
        Assert.Equal(4.0621, change.Difference.Value / change.Stderr!.Value, 4);
        Assert.Equal(0.7001142, change.Ci!.Lower, 6);
        Assert.Equal(2.4598858, change.Ci.Upper, 6);
        Assert.Null(change.McnemarP);
    }

    [Fact]
    public void Only_prompts_with_both_values_are_compared()
    {
        var change = PairedComparison.Of([1, null, 0, 1], [1, 1, null, 0], 0.95);
        Assert.Equal((-0.5, 2), (change.Difference, change.N));
    }

    [Fact]
    public void McNemar_is_the_binomial_test_of_the_changed_prompts()
    {
        Assert.Equal(2 * (1 + 12 + 66) / 4096.0, PairedComparison.McNemar(2, 10), 12); // R: binom.test(2, 12)$p.value = 0.03857422
        Assert.Equal(0.03857422, PairedComparison.McNemar(10, 2), 8);
        Assert.Equal(1, PairedComparison.McNemar(0, 0));
        Assert.Equal(1, PairedComparison.McNemar(3, 3));
        Assert.Equal(1, PairedComparison.Of([1, 0], [0, 1], 0.95).McnemarP);
    }

    [Fact]
    public void Nothing_to_compare_is_undefined()
    {
        var change = PairedComparison.Of([null], [1], 0.95);
        Assert.Equal((null, 0, null), (change.Difference, change.N, change.Ci));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedComparison.Of([1], [1, 0], 0.95));
    }
}
