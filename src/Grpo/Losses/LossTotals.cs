namespace Grpo.Losses;

/// <summary>The sums over a batch and the metrics made of them.</summary>
internal sealed class LossTotals(ImportanceSamplingLevel level)
{
    private int _rows;
    private int _tokens;
    private int _nonfinite;
    private double _kl;
    private double _ratio;
    private double _approxKl;
    private double _finiteRatios;
    private double _clippedLow;
    private double _clippedHigh;
    private double _rolloutWeight;
    private double? _outcomes;
    private double? _entropy;
    private double? _positiveNll;
    private double _lowMin = double.PositiveInfinity;
    private double _highMax = double.NegativeInfinity;

    public double PolicyLoss { get; private set; }

    public double KlLoss { get; private set; }

    /// <summary>Minus the weighed entropy.</summary>
    public double EntropyLoss { get; private set; }

    /// <summary>What is minimised.</summary>
    public double Loss => PolicyLoss + KlLoss + EntropyLoss + PositiveNllLoss;

    /// <summary>The weighed likelihood of what succeeded.</summary>
    private double PositiveNllLoss { get; set; }

    /// <summary>Adds the divergence over outcomes, which is a sum.</summary>
    public void AddOutcomes(double[] parts, double beta)
    {
        _outcomes = parts.Sum();
        KlLoss += beta * _outcomes.Value;
    }

    /// <summary>Adds the mean entropy.</summary>
    public void AddEntropy(double mean, double coefficient)
    {
        _entropy = mean;
        EntropyLoss -= coefficient * mean;
    }

    /// <summary>Adds the mean negative log-likelihood of sequences with a positive reward.</summary>
    public void AddPositiveNll(double mean, double weight)
    {
        _positiveNll = mean;
        PositiveNllLoss += weight * mean;
    }

    /// <summary>Adds a sequence. With one ratio per sequence, the metrics of ratios count sequences instead of tokens, as TRL's do.</summary>
    public void Add(SequenceSums sums)
    {
        _rows++;
        if (sums.Tokens == 0) return;
        PolicyLoss += sums.PolicyLoss;
        KlLoss += sums.KlLoss;
        _tokens += sums.Tokens;
        _nonfinite += sums.Nonfinite;
        _kl += sums.Kl;
        _rolloutWeight += sums.RolloutWeight;

        var share = level.OneRatioPerSequence ? 1.0 / sums.Tokens : 1;
        _ratio += share * sums.Ratio;
        _approxKl += share * sums.ApproxKl;
        _finiteRatios += share * (sums.Tokens - sums.Nonfinite);
        _clippedLow += share * sums.ClippedLow;
        _clippedHigh += share * sums.ClippedHigh;
        _lowMin = Math.Min(_lowMin, (double)sums.ClippedLow / sums.Tokens);
        _highMax = Math.Max(_highMax, (double)sums.ClippedHigh / sums.Tokens);
    }

    /// <summary>The metrics under TRL's names; clip_ratio is the share of ratios whose gradient a bound of the clip range took away.</summary>
    public IReadOnlyDictionary<string, double?> Metrics(LossOptions options)
    {
        var ratios = level.OneRatioPerSequence ? _rows : _tokens;
        var metrics = new Dictionary<string, double?>();
        metrics["kl"] = options.Beta == 0 ? null : Defined(_outcomes ?? (_kl / _tokens));
        if (_entropy is { } entropy) metrics["entropy"] = Defined(entropy);
        if (_positiveNll is { } likelihood) metrics["positive_nll_loss"] = Defined(likelihood);
        metrics["clip_ratio/low_mean"] = Defined(_clippedLow / ratios);
        metrics["clip_ratio/low_min"] = Defined(_lowMin);
        metrics["clip_ratio/high_mean"] = Defined(_clippedHigh / ratios);
        metrics["clip_ratio/high_max"] = Defined(_highMax);
        metrics["clip_ratio/region_mean"] = Defined((_clippedLow + _clippedHigh) / ratios);
        metrics["ratio/mean"] = Defined(_ratio / _finiteRatios);
        metrics["approx_kl"] = Defined(_approxKl / _finiteRatios);
        if (options.RolloutCorrection is not null) metrics["sampling/importance_sampling_ratio/mean"] = Defined(_rolloutWeight / _tokens);
        metrics["nonfinite_tokens"] = _nonfinite;
        return metrics;
    }

    internal static double? Defined(double value) => double.IsFinite(value) ? value : null;
}
