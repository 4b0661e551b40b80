using Grpo.Evaluation;

namespace Grpo.Tests.Evaluation;

public class EvaluationTallyTests
{
    [Theory]
    [InlineData("pass@1", EvaluationMetricKind.PassAtK, 1)]
    [InlineData("pass^8", EvaluationMetricKind.PassHatK, 8)]
    [InlineData("maj@64", EvaluationMetricKind.MajAtK, 64)]
    [InlineData("mean_reward", EvaluationMetricKind.MeanReward, 1)]
    public void Names_are_read_and_written(string name, EvaluationMetricKind kind, int k)
    {
        Assert.True(EvaluationMetric.TryParse(name, out var metric));
        Assert.Equal(new EvaluationMetric(kind, k), metric);
        Assert.Equal(name, metric.Name);
    }

    [Theory]
    [InlineData("pass@0")]
    [InlineData("pass@")]
    [InlineData("pass@01")]
    [InlineData("pass@-1")]
    [InlineData("pass@1.5")]
    [InlineData("pass@99999999999")]
    [InlineData("Pass@1")]
    [InlineData("accuracy")]
    [InlineData(null)]
    public void Other_names_are_refused(string? name) => Assert.False(EvaluationMetric.TryParse(name, out _));

    [Fact]
    public void Each_metric_is_the_mean_over_the_prompts_where_it_is_defined()
    {
        var tally = new EvaluationTally([Metric("pass@1"), Metric("pass@2"), Metric("pass^2"), Metric("maj@2"), Metric("mean_reward"), Metric("pass@3")], ["accuracy"], seed: 1);
        tally.Add([Sample(1, 0), Sample(0, 1)]);
        tally.Add([Sample(1, 0), Sample(1, 0)]);
        tally.Add([Sample(0, 0)]); // one sample failed: no pass@2 here
        var metrics = tally.Estimates();
        Assert.Equal(0.5, metrics["pass@1"].Value!.Value, 12);
        Assert.Equal((1, 2), (metrics["pass@2"].Value, metrics["pass@2"].N));
        Assert.Equal(0.5, metrics["pass^2"].Value);
        Assert.Equal(0.75, metrics["maj@2"].Value);
        Assert.Equal(0.6, metrics["mean_reward"].Value!.Value, 12);
        Assert.Equal(0.6, metrics["rewards/accuracy/mean"].Value!.Value, 12);
        Assert.Equal((null, 0), (metrics["pass@3"].Value, metrics["pass@3"].N));
        Assert.Equal([1, 1, null], tally.PerPrompt()["pass@2"]);
        Assert.Equal("clustered_t", metrics["pass@1"].Ci!.Method);
        Assert.Equal("bootstrap", metrics["pass@2"].Ci!.Method);
    }

    [Fact]
    public void One_sample_per_prompt_takes_wilson()
    {
        var tally = new EvaluationTally([Metric("pass@1")], ["accuracy"], seed: 1);
        for (var i = 0; i < 10; i++)
        {
            tally.Add([Sample(i < 7 ? 1 : 0, 0)]);
        }

        var ci = tally.Estimates()["pass@1"].Ci!;
        Assert.Equal(("wilson", 0.397, 0.892), (ci.Method, Math.Round(ci.Lower, 3), Math.Round(ci.Upper, 3)));
    }

    [Fact]
    public void What_could_not_be_judged_counts_neither_as_right_nor_as_wrong()
    {
        var tally = new EvaluationTally([Metric("pass@1")], ["accuracy"], seed: 1);
        tally.Add([Sample(1, 0), Unjudged()]);
        tally.Add([Unjudged()]);
        Assert.Equal((1, 1), (tally.Estimates()["pass@1"].Value, tally.Estimates()["pass@1"].N));
    }

    private static EvaluationMetric Metric(string name) => EvaluationMetric.TryParse(name, out var metric) ? metric : throw new ArgumentException(name, nameof(name));

    private static JudgedSample Sample(double score, int answer) => new() { Reward = score, Correct = score >= 1, AnswerClass = answer, Scores = [score] };

    private static JudgedSample Unjudged() => new() { Reward = null, Correct = null, Scores = [null] };
}
