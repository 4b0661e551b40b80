using Grpo.Evaluation;

namespace Grpo.Tests.Evaluation;

public class IntervalTests
{
    // Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3 (Wilson's score interval).
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilson_gives_the_published_limits(int successes, int n, double lower, double upper)
    {
        var estimate = Intervals.Wilson(successes, n, 0.95);
        Assert.Equal(lower, estimate.Ci!.Lower, 4);
        Assert.Equal(upper, estimate.Ci.Upper, 4);
        Assert.Equal("wilson", estimate.Ci.Method);
        Assert.Equal(n, estimate.N);
    }

    // Two-sided 5 % points of Student's t, as in any table (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(10, 2.228)]
    [InlineData(30, 2.042)]
    public void Student_quantiles_are_the_tabulated_ones(int degreesOfFreedom, double expected) => Assert.Equal(expected, Quantiles.Student(0.95, degreesOfFreedom), 3);

    [Fact]
    public void Clusters_of_one_give_the_ordinary_t_interval()
    {
        // NIST/SEMATECH e-Handbook 1.3.5.2, ZARR13.DAT in summary: mean 9.261460, s 0.022789, n 195, 95 % limits 9.258242 and 9.264679.
        // Two values with that mean and standard deviation at each half reproduce them.
        var (mean, s, n) = (9.261460, 0.022789, 195);
        var spread = s * Math.Sqrt((n - 1.0) / (n - 1));
        double[] values = [.. Enumerable.Range(0, n).Select(i => i == n - 1 ? mean : mean + (i % 2 == 0 ? spread : -spread))];
        int[] ones = [.. Enumerable.Repeat(1, n)];
        var estimate = Intervals.ClusteredMean(values, ones, 0.95);
        Assert.Equal(9.258242, estimate.Ci!.Lower, 5);
        Assert.Equal(9.264679, estimate.Ci.Upper, 5);
    }

    [Fact]
    public void Equal_clusters_give_the_standard_error_of_their_means()
    {
        // Miller 2024, arXiv:2411.00640 section 2.2: samples of one prompt that agree add no information.
        double[][] samples = [[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 1], [1, 0, 1, 1], [0, 0, 0, 0]];
        var estimate = Intervals.ClusteredMean([.. samples.Select(cluster => cluster.Sum())], [4, 4, 4, 4, 4], 0.95);
        var means = samples.Select(cluster => cluster.Average()).ToList();
        var variance = means.Sum(mean => Math.Pow(mean - means.Average(), 2)) / (means.Count - 1);
        Assert.Equal(means.Average(), estimate.Value!.Value, 12);
        Assert.Equal(Math.Sqrt(variance / means.Count), estimate.Stderr!.Value, 12);
        Assert.Equal(5, estimate.N);
    }

    [Fact]
    public void Unequal_clusters_weigh_by_their_samples_and_empty_ones_not_at_all()
    {
        // By hand: N = 4, mean 0.75, squares (2 - 1.5)^2 + (1 - 1.5)^2 = 0.5, sqrt(2/1 * 0.5) / 4 = 0.25.
        var estimate = Intervals.ClusteredMean([2, 0, 1], [2, 0, 2], 0.95);
        Assert.Equal(0.75, estimate.Value);
        Assert.Equal(0.25, estimate.Stderr!.Value, 12);
        Assert.Equal(2, estimate.N);
    }

    [Fact]
    public void One_prompt_has_a_value_and_no_uncertainty_and_none_has_nothing()
    {
        var one = Intervals.ClusteredMean([3], [4], 0.95);
        Assert.Equal((0.75, null, null), (one.Value, one.Stderr, one.Ci));
        Assert.Null(Intervals.ClusteredMean([], [], 0.95).Value);
        Assert.Null(Intervals.Wilson(0, 0, 0.95).Value);
        Assert.Null(Bootstrap.Mean([], 0.95, seed: 1).Value);
    }

    [Fact]
    public void The_bootstrap_gives_the_published_standard_error()
    {
        // Efron and Tibshirani 1993, tables 2.1 and 2.2: survival of the treated mice, mean 86.86, bootstrap standard error 23.36 (infinitely many draws).
        double[] mice = [94, 197, 16, 38, 99, 141, 23];
        var estimate = Bootstrap.Mean(mice, 0.95, seed: 7, draws: 200_000);
        Assert.Equal(86.86, estimate.Value!.Value, 2);
        Assert.InRange(estimate.Stderr!.Value, 23.2, 23.5);
        Assert.InRange(estimate.Ci!.Lower, 40, 52);
        Assert.InRange(estimate.Ci.Upper, 120, 137);
    }

    [Fact]
    public void The_bootstrap_is_repeatable_by_seed()
    {
        double[] values = [0, 1, 1, 0.5, 0.25, 1];
        Assert.Equal(Bootstrap.Mean(values, 0.9, seed: 3), Bootstrap.Mean(values, 0.9, seed: 3));
        Assert.NotEqual(Bootstrap.Mean(values, 0.9, seed: 3).Stderr, Bootstrap.Mean(values, 0.9, seed: 4).Stderr);
    }
}
