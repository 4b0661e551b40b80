using System.Xml.Linq;
using Grpo.Evaluation;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Reports;
using Grpo.Jobs.Requests;
using Grpo.Rollouts;

namespace Grpo.Jobs.Tests.Evaluations;

public class ReportTests
{
    [Fact]
    public void Junit_has_a_case_per_gate_and_survives_any_text()
    {
        var xml = XDocument.Parse(EvaluationJunit.Write(Report("na\0me \u0001<&\"> \ud800")));
        var suite = xml.Root!.Element("testsuite")!;
        Assert.Equal(("3", "1", "1"), ((string)suite.Attribute("tests")!, (string)suite.Attribute("failures")!, (string)suite.Attribute("errors")!));
        var cases = suite.Elements("testcase").ToList();
        Assert.Equal(3, cases.Count);
        Assert.Equal("pass@1 0.5 < 0.6", (string)cases[1].Element("failure")!.Attribute("message")!);
        Assert.NotNull(cases[2].Element("error"));
        var properties = suite.Descendants("property").ToDictionary(property => (string)property.Attribute("name")!, property => (string)property.Attribute("value")!);
        Assert.Equal(("onnx on CPU, float32", "4f2c1e9", "1"), (properties["engine"], properties["commit"], properties["seed"]));
    }

    [Fact]
    public void Markdown_has_the_verdict_the_metrics_and_no_markup_of_others()
    {
        var text = EvaluationMarkdown.Write(Report("a|b <script>"));
        Assert.StartsWith("## a\\|b &lt;script>: failed", text, StringComparison.Ordinal);
        Assert.Contains("seed 1, commit 4f2c1e9.", text, StringComparison.Ordinal);
        Assert.Contains("| pass@1 | 0.5 | 0.3 to 0.7 | 20 | 0.6 | -0.1 | -0.2 to 0 |", text, StringComparison.Ordinal);
        Assert.Contains("| pass@1 | failed | pass@1 0.5 &lt; 0.6 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_reads_back_as_it_was_written()
    {
        var json = JobJson.Write(Report("x"));
        Assert.Equal(json, JobJson.Write(JobJson.Read<EvaluationReport>(json)));
    }

    [Fact]
    public void Gates_on_bounds_and_on_what_is_undefined()
    {
        var metrics = new Dictionary<string, MetricEstimate> { ["pass@1"] = Estimate(0.5), ["pass@9"] = MetricEstimate.Undefined };
        Assert.Equal([true, false, true, false, false, false], new[]
        {
            new Gate { Metric = "pass@1", Min = 0.5 }, new Gate { Metric = "pass@1", Min = 0.4, Max = 0.49 }, new Gate { Metric = "pass@1", MinLowerBound = 0.3 }, new Gate { Metric = "pass@1", MinLowerBound = 0.31 },
            new Gate { Metric = "pass@9", Min = 0 }, new Gate { Metric = "pass@1", MaxRegression = 0.1 },
        }.Select(gate => Gates.Decide(gate, metrics, new Dictionary<string, PairedComparison>()).Passed));
    }

    [Fact]
    public void Answers_vote_by_mathematics() =>
        Assert.Equal([0, 0, 0, 1, null], AnswerClasses.Of(["1/2", "0.5", "\\frac{1}{2}", "2", null], AnswerEquivalence.Same));

    private static MetricEstimate Estimate(double value) => new() { Value = value, N = 20, Stderr = 0.1, Ci = new ConfidenceInterval { Level = 0.95, Method = "wilson", Lower = 0.3, Upper = 0.7 } };

    private static EvaluationReport Report(string name) => new()
    {
        SchemaVersion = 1,
        Id = "i",
        Name = name,
        Policy = "p",
        Commit = "4f2c1e9",
        Engine = new ReportEngine("onnx", "CPU", "float32"),
        PolicyVersions = new Dictionary<string, long> { ["1"] = 20 },
        Dataset = new ReportDataset("rows", "h", 20),
        Conditions = new JobConditions { DatasetHash = "h", Prompt = new PromptTemplate { Text = "{q}" }, Rewards = [], Sampling = new RolloutSampling(), SamplesPerPrompt = 1, CorrectThreshold = 1 },
        Seed = 1,
        Counts = new ReportCounts(20, 19, 0, 1),
        Metrics = new Dictionary<string, MetricEstimate> { ["pass@1"] = Estimate(0.5) },
        Changes = new Dictionary<string, PairedComparison>
        {
            ["pass@1"] = new() { Before = 0.6, Difference = -0.1, N = 20, Stderr = 0.05, Ci = new ConfidenceInterval { Level = 0.95, Method = "paired_t", Lower = -0.2, Upper = 0 }, McnemarP = null },
        },
        Gates = [new GateResult { Metric = "pass@1", Passed = true, Outcome = "passed", Message = "pass@1 0.5 >= 0.4" }, new GateResult { Metric = "pass@1", Passed = false, Outcome = "failed", Message = "pass@1 0.5 < 0.6" }],
        Passed = false,
        TooManyErrors = true,
        Warnings = ["w"],
        Worst = [new ReportPrompt(3, "q", 1, 0)],
        StartedAt = DateTimeOffset.UnixEpoch,
        FinishedAt = DateTimeOffset.UnixEpoch.AddSeconds(2),
    };
}
