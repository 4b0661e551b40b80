namespace Grpo.Evaluation;

/// <summary>What is known of one sample when metrics are computed.</summary>
public sealed record JudgedSample
{
    /// <summary>Weighted sum of the rewards; null when there is none.</summary>
    public required double? Reward { get; init; }

    /// <summary>Whether the first reward calls it correct; null when it could not judge. Such a sample is no sample of pass@k, pass^k and maj@k.</summary>
    public required bool? Correct { get; init; }

    /// <summary>The class of its answer among the samples of the prompt; null without an answer.</summary>
    public int? AnswerClass { get; init; }

    /// <summary>The score of each reward, shape (R); null where it has none.</summary>
    public required IReadOnlyList<double?> Scores { get; init; }
}

/// <summary>Collects the samples prompt by prompt and estimates the metrics. It keeps a few numbers per prompt, never the samples.</summary>
public sealed class EvaluationTally
{
    private readonly IReadOnlyList<EvaluationMetric> _metrics;
    private readonly IReadOnlyList<string> _rewards;
    private readonly double _level;
    private readonly int _seed;
    private readonly List<double>[] _values;
    private readonly Means _reward = new();
    private readonly Means[] _scores;
    private int _largestGroup;

    /// <summary>An empty tally.</summary>
    /// <param name="metrics">What is estimated.</param>
    /// <param name="rewards">Names of the rewards, in the order of <see cref="JudgedSample.Scores"/>.</param>
    /// <param name="seed">Determines the bootstrap.</param>
    /// <param name="level">Level of the intervals, in (0, 1).</param>
    public EvaluationTally(IReadOnlyList<EvaluationMetric> metrics, IReadOnlyList<string> rewards, int seed, double level = 0.95)
    {
        (_metrics, _rewards, _seed, _level) = (metrics, rewards, seed, level);
        _values = [.. metrics.Select(_ => new List<double>())];
        _scores = [.. rewards.Select(_ => new Means())];
    }

    /// <summary>Adds the samples of the next prompt; those that failed are left out by the caller.</summary>
    public void Add(IReadOnlyList<JudgedSample> samples)
    {
        List<Vote> votes = [.. samples.Where(sample => sample.Correct is not null).Select(sample => new Vote(sample.AnswerClass, sample.Correct!.Value))];
        _largestGroup = Math.Max(_largestGroup, votes.Count);
        _reward.Add(samples.Select(sample => sample.Reward));
        for (var r = 0; r < _scores.Length; r++)
        {
            _scores[r].Add(samples.Select(sample => sample.Scores[r]));
        }

        for (var m = 0; m < _metrics.Count; m++)
        {
            _values[m].Add(ValueOf(_metrics[m], votes) ?? double.NaN);
        }
    }

    /// <summary>The metrics asked for, then <c>rewards/{name}/mean</c> of every reward.</summary>
    public IReadOnlyDictionary<string, MetricEstimate> Estimates()
    {
        var estimates = new Dictionary<string, MetricEstimate>();
        for (var m = 0; m < _metrics.Count; m++)
        {
            estimates[_metrics[m].Name] = _metrics[m].Kind == EvaluationMetricKind.MeanReward ? _reward.Estimate(_level) : Estimate(_metrics[m], _values[m]);
        }

        for (var r = 0; r < _scores.Length; r++)
        {
            estimates[$"rewards/{_rewards[r]}/mean"] = _scores[r].Estimate(_level);
        }

        return estimates;
    }

    /// <summary>The value of each metric asked for at each prompt, shape (P); null where undefined. Needed to compare two evaluations.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double?>> PerPrompt() => _metrics.Select((metric, m) => (metric, m)).ToDictionary(
        pair => pair.metric.Name,
        pair => pair.metric.Kind == EvaluationMetricKind.MeanReward ? _reward.PerPrompt() : [.. _values[pair.m].Select(value => double.IsNaN(value) ? (double?)null : value)]);

    private MetricEstimate Estimate(EvaluationMetric metric, List<double> values)
    {
        double[] defined = [.. values.Where(value => !double.IsNaN(value))];
        if (metric is not { Kind: EvaluationMetricKind.PassAtK or EvaluationMetricKind.PassHatK, K: 1 }) return Bootstrap.Mean(defined, _level, _seed);
        if (_largestGroup <= 1) return Intervals.Wilson(defined.Count(value => value == 1), defined.Length, _level);

        int[] ones = [.. Enumerable.Repeat(1, defined.Length)];
        return Intervals.ClusteredMean(defined, ones, _level);
    }

    private double? ValueOf(EvaluationMetric metric, List<Vote> votes)
    {
        var correct = votes.Count(vote => vote.Correct);
        return metric.Kind switch
        {
            EvaluationMetricKind.PassAtK => PassAtK.AnyOf(votes.Count, correct, metric.K),
            EvaluationMetricKind.PassHatK => PassAtK.AllOf(votes.Count, correct, metric.K),
            EvaluationMetricKind.MajAtK => MajorityVote.Estimate(votes, metric.K, _seed),
            _ => null,
        };
    }

    /// <summary>Sum and count of the defined numbers of each prompt.</summary>
    private sealed class Means
    {
        private readonly List<double> _sums = [];
        private readonly List<int> _counts = [];

        public void Add(IEnumerable<double?> values)
        {
            var (sum, count) = (0.0, 0);
            foreach (var value in values)
            {
                sum += value ?? 0;
                count += value is null ? 0 : 1;
            }

            _sums.Add(sum);
            _counts.Add(count);
        }

        public MetricEstimate Estimate(double level) =>
            Intervals.ClusteredMean(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_sums), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_counts), level);

        public IReadOnlyList<double?> PerPrompt() => [.. _sums.Select((sum, prompt) => _counts[prompt] == 0 ? (double?)null : sum / _counts[prompt])];
    }
}
