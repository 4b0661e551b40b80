using System.ComponentModel;
using System.Text.Json;

namespace Grpo.Jobs.Requests;

/// <summary>How good is a policy on a dataset, and is that good enough.</summary>
public sealed record EvaluationRequest : JobRequest
{
    /// <summary>What is measured: <c>pass@k</c> (one of k samples is correct), <c>pass^k</c> (all of k are), <c>maj@k</c> (the most frequent answer is), <c>mean_reward</c>. Every reward's mean is reported too.</summary>
    /// <value>The default value is pass@1, pass@n for n samples per prompt, and mean_reward.</value>
    /// <example>["pass@1", "mean_reward"]</example>
    public IReadOnlyList<string>? Metrics { get; init; }

    /// <summary>A sample is correct when the score of the first reward is at least this.</summary>
    /// <value>The default value is 1.</value>
    [DefaultValue(1.0)]
    public double CorrectThreshold { get; init; } = 1;

    /// <summary>What must hold for the evaluation to pass.</summary>
    public IReadOnlyList<Gate> Gates { get; init; } = [];

    /// <summary>What regressions are measured against: the id of a finished evaluation, or the JSON report of one. Its dataset, prompts, rewards and sampling must be the same.</summary>
    public JsonElement? Baseline { get; init; }

    /// <summary>The share of samples that may fail (not: be wrong) in an evaluation that passes.</summary>
    /// <value>In [0, 1]. The default value is 0.</value>
    [DefaultValue(0.0)]
    public double MaxErrorRate { get; init; }
}

/// <summary>A condition on one metric. At least one bound is given; all given ones must hold.</summary>
public sealed record Gate
{
    /// <summary>A metric, or <c>rewards/{name}/mean</c>.</summary>
    /// <example>pass@1</example>
    public required string Metric { get; init; }

    /// <summary>The least value that passes.</summary>
    /// <example>0.4</example>
    public double? Min { get; init; }

    /// <summary>The largest value that passes.</summary>
    public double? Max { get; init; }

    /// <summary>The least lower end of the confidence interval that passes.</summary>
    public double? MinLowerBound { get; init; }

    /// <summary>Fails when the metric is worse than the baseline by more than this beyond doubt: when the confidence interval of new minus old lies wholly below minus this. A regression that is possible but not certain passes and is called inconclusive. Needs <c>baseline</c>.</summary>
    public double? MaxRegression { get; init; }
}
