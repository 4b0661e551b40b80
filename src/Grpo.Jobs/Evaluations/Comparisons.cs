using Grpo.Evaluation;

namespace Grpo.Jobs.Evaluations;

/// <summary>Compares an evaluation with a baseline of the same conditions.</summary>
public static class Comparisons
{
    /// <summary>The change of every metric that both have: prompt by prompt where both have the values of the prompts, else between the means.</summary>
    public static IReadOnlyDictionary<string, PairedComparison> Of(EvaluationReport baseline, IReadOnlyDictionary<string, MetricEstimate> metrics, IReadOnlyDictionary<string, IReadOnlyList<double?>> perPrompt, double level)
    {
        var changes = new Dictionary<string, PairedComparison>();
        foreach (var (name, metric) in metrics)
        {
            if (perPrompt.TryGetValue(name, out var after) && baseline.PerPrompt.TryGetValue(name, out var before) && before.Count == after.Count)
            {
                changes[name] = PairedComparison.Of(before, after, level);
            }
            else if (baseline.Metrics.TryGetValue(name, out var old) && old.Value is not null && metric.Value is not null)
            {
                changes[name] = PairedComparison.Unpaired(old, metric, level);
            }
        }

        return changes;
    }
}
