using Grpo.Losses;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>What TRL logs about the gap between the sampler and the trainer, when it corrects for it.</summary>
internal static class TrlSampling
{
    /// <summary>sampling/sampling_logp_difference of tokens, and sampling/importance_sampling_ratio of tokens or of sequences, bounded as in the loss.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Metrics(LossRequest canonical)
    {
        if (canonical.RolloutCorrection?.ToCorrection() is not { } correction) yield break;
        var differences = Tokens(canonical, (sequence, t) => Math.Abs((sequence.OldLogprobs ?? sequence.Logprobs!)[t] - sequence.RolloutLogprobs![t])).SelectMany(row => row).ToArray();
        if (differences.Length == 0) yield break;
        var folded = correction.Fold(canonical.ToBatch());
        var weights = Tokens(canonical, (_, t) => t).Select((row, index) => row.Select(t => folded[index].Weights![(int)t]).ToArray()).Where(row => row.Length > 0);
        var ratios = (correction.Mode.OneWeightPerSequence ? weights.Select(row => row[0]) : weights.SelectMany(row => row)).ToArray();
        yield return new("sampling/sampling_logp_difference/mean", differences.Average());
        yield return new("sampling/sampling_logp_difference/max", differences.Max());
        yield return new("sampling/importance_sampling_ratio/min", ratios.Min());
        yield return new("sampling/importance_sampling_ratio/mean", ratios.Average());
        yield return new("sampling/importance_sampling_ratio/max", ratios.Max());
    }

    /// <summary>A figure of each token in the loss, shape (N)(T).</summary>
    private static IEnumerable<double[]> Tokens(LossRequest canonical, Func<SequenceLogprobs, int, double> figure) => canonical.Sequences.Select(sequence =>
        Enumerable.Range(0, sequence.Length).Where(sequence.Includes).Select(t => figure(sequence, t)).ToArray());
}
