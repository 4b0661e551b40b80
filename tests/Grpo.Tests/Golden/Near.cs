namespace Grpo.Tests.Golden;

/// <summary>Comparison to golden figures: relative 1e-9, and absolute 1e-12 for what is zero up to rounding.</summary>
internal static class Near
{
    public static void Assert(double expected, double actual, string what) =>
        Xunit.Assert.True(Math.Abs(expected - actual) <= (1e-9 * Math.Abs(expected)) + 1e-12, $"{what}: expected {expected:R}, got {actual:R}");

    public static void Assert(IReadOnlyList<double> expected, IReadOnlyList<double> actual, string what)
    {
        Xunit.Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++) Assert(expected[i], actual[i], $"{what}[{i}]");
    }
}
