using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>A loss as one trainer computes it: the canonical computation, what it adds, and its own metric names.</summary>
internal static class TrainerAnswer
{
    /// <summary>Computes the loss, its gradient and the trainer's metrics.</summary>
    /// <param name="dialect">The trainer.</param>
    /// <param name="request">What was asked, for what the answer is to hold.</param>
    /// <param name="canonical">The same in our settings.</param>
    public static LossResponse Compute(LossDialect dialect, LossRequest request, LossRequest canonical)
    {
        if (canonical.LossType == ValueLossMapping.LossType) return ValueLossMapping.Compute(canonical) with { Canonical = canonical.Choices };
        var result = PolicyLoss.Compute(canonical.ToBatch(), canonical.ToOptions() with { Explain = request.Explain || dialect.NeedsTokens(canonical) });
        var figures = new LossFigures(request, canonical, result);
        var constant = dialect.Constant?.Invoke(canonical) ?? 0;
        var answer = result.ToResponse(canonical);
        return answer with
        {
            Loss = answer.Loss + constant,
            Objective = answer.Objective - constant,
            PolicyLoss = answer.PolicyLoss + constant,
            Metrics = Merge(result.Metrics, dialect.Metrics?.Invoke(figures) ?? []),
            Sequences = [.. answer.Sequences.Select((sequence, index) => sequence with { Metrics = dialect.SequenceMetrics?.Invoke(figures, index) })],
            Explanation = request.Explain ? answer.Explanation : null,
            Canonical = canonical.Choices,
        };
    }

    private static Dictionary<string, double?> Merge(IReadOnlyDictionary<string, double?> ours, IEnumerable<KeyValuePair<string, double>> theirs)
    {
        var metrics = new Dictionary<string, double?>(ours);
        foreach (var (name, value) in theirs) metrics[name] = double.IsFinite(value) ? value : null;
        return metrics;
    }
}
