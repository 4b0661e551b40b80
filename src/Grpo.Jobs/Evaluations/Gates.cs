using Grpo.Evaluation;
using Grpo.Jobs.Requests;

namespace Grpo.Jobs.Evaluations;

/// <summary>Decides gates. A metric that is undefined passes nothing.</summary>
public static class Gates
{
    private const string Inconclusive = "inconclusive";

    /// <summary>What becomes of one gate.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="metrics">The metrics.</param>
    /// <param name="changes">How they changed from the baseline; empty without one.</param>
    public static GateResult Decide(Gate gate, IReadOnlyDictionary<string, MetricEstimate> metrics, IReadOnlyDictionary<string, PairedComparison> changes)
    {
        var metric = metrics.GetValueOrDefault(gate.Metric, MetricEstimate.Undefined);
        List<(string Outcome, string Message)> verdicts = [];
        if (metric.Value is not { } value)
        {
            verdicts.Add(("failed", $"{gate.Metric} is undefined: no prompt has enough judged samples"));
        }
        else
        {
            if (gate.Min is { } min) verdicts.Add(Compare(value >= min, $"{gate.Metric} {Text(value)}", ">=", "<", min));
            if (gate.Max is { } max) verdicts.Add(Compare(value <= max, $"{gate.Metric} {Text(value)}", "<=", ">", max));
            if (gate.MinLowerBound is { } bound)
            {
                verdicts.Add(metric.Ci is { } ci ? Compare(ci.Lower >= bound, $"lower bound of {gate.Metric} {Text(ci.Lower)}", ">=", "<", bound) : ("failed", $"{gate.Metric} has no confidence interval: it needs at least two prompts"));
            }

            if (gate.MaxRegression is { } margin) verdicts.Add(Regression(gate.Metric, margin, changes.GetValueOrDefault(gate.Metric)));
        }

        var outcome = verdicts.Exists(verdict => verdict.Outcome == "failed") ? "failed" : verdicts.Exists(verdict => verdict.Outcome == Inconclusive) ? Inconclusive : "passed";
        return new GateResult { Metric = gate.Metric, Passed = outcome != "failed", Outcome = outcome, Message = string.Join("; ", verdicts.Select(verdict => verdict.Message)) };
    }

    private static (string, string) Compare(bool holds, string what, string word, string opposite, double bound) => (holds ? "passed" : "failed", $"{what} {(holds ? word : opposite)} {Text(bound)}");

    private static (string, string) Regression(string metric, double margin, PairedComparison? change) => change switch
    {
        { Difference: { } difference, Ci: { } ci } when ci.Upper < -margin => ("failed", $"{metric} changed by {Signed(difference)}, at most by {Signed(ci.Upper)} beyond doubt: worse than -{Text(margin)}"),
        { Difference: { } difference, Ci: { } ci } when ci.Lower < -margin => (Inconclusive, $"{metric} changed by {Signed(difference)} ({Signed(ci.Lower)} to {Signed(ci.Upper)}): a regression beyond {Text(margin)} is possible but not certain"),
        { Difference: { } difference, Ci: { } ci } => ("passed", $"{metric} changed by {Signed(difference)} ({Signed(ci.Lower)} to {Signed(ci.Upper)}): no regression beyond {Text(margin)}"),
        { Difference: { } difference } => (difference < -margin ? "failed" : "passed", $"{metric} changed by {Signed(difference)} on a single prompt"),
        _ => ("failed", $"{metric} cannot be compared with the baseline, which does not have it"),
    };

    private static string Text(double value) => value.ToString("0.####");

    private static string Signed(double value) => value.ToString("+0.####;-0.####;0");
}
