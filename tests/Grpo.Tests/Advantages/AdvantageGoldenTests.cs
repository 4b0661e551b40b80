using Grpo.Advantages;
using Grpo.Tests.Golden;

namespace Grpo.Tests.Advantages;

/// <summary>The trainers' own numbers. A case is covered when its settings can be said in ours; how many are is asserted.</summary>
public class AdvantageGoldenTests
{
    private static IEnumerable<string> Ids => GoldenCase.Of("advantage").Where(one => GoldenAdvantage.Of(one) is not null).Select(one => one.Id);

    public static TheoryData<string> Covered => [.. Ids];

    [Theory]
    [MemberData(nameof(Covered))]
    public void Advantages_are_the_trainers(string id)
    {
        var golden = GoldenCase.Named(id);
        var (estimator, batch, options) = GoldenAdvantage.Of(golden)!.Value;

        var result = AdvantageEstimators.Compute(AdvantageEstimators.All[estimator], batch, options);

        Near.Assert(GoldenAdvantage.PerCompletion(golden), result.Advantages, "advantages");
        if (golden.Trainer != "trl" || !golden.Expected.TryGetProperty("metrics", out var metrics)) return;
        foreach (var metric in metrics.EnumerateObject().Where(metric => result.Metrics.ContainsKey(metric.Name)))
        {
            var expected = GoldenCase.Number(metric.Value);
            if (double.IsNaN(expected)) Assert.Null(result.Metrics[metric.Name]);
            else Near.Assert(expected, result.Metrics[metric.Name]!.Value, metric.Name);
        }
    }

    [Fact]
    public void No_case_is_left_out_silently() => Assert.Equal(27, Ids.Count());
}
