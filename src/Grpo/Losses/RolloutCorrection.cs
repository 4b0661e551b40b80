using Grpo.Losses.Corrections;

namespace Grpo.Losses;

/// <summary>
/// Weighs the policy term by how much the trainer's old policy differs from what the sampler really ran, w = exp(old - rollout). The weights are
/// constants to the gradient, and the KL term is not weighed. Source: truncated importance sampling for rollouts, as in TRL's
/// vllm_importance_sampling_mode.
/// </summary>
public sealed record RolloutCorrection
{
    /// <summary>TRL's largest weight; verl, slime and SkyRL use 2.</summary>
    public const double DefaultClipMax = 3;

    /// <summary>What one weight spans, and what happens beyond the bounds.</summary>
    public required RolloutCorrectionMode Mode { get; init; }

    /// <summary>The largest weight; null is none.</summary>
    /// <value>The default value is 3.</value>
    public double? ClipMax { get; init; } = DefaultClipMax;

    /// <summary>The smallest weight; null is none.</summary>
    public double? ClipMin { get; init; }

    /// <summary>The policy whose log-probabilities stand against the sampler's.</summary>
    public MismatchNumerator Numerator { get; init; }

    /// <summary>Whether weights are divided by their mean over the batch (verl's rollout_is_batch_normalize).</summary>
    public bool BatchNormalize { get; init; }

    /// <summary>Which tokens and sequences leave the mask because sampler and trainer differ too much, all rules in turn.</summary>
    public IReadOnlyList<RejectionRule> Rejection { get; init; } = [];

    /// <summary>Whether the weights depend on the batch, or the mask changes: then <see cref="Fold"/> comes first.</summary>
    internal bool IsOfBatch => BatchNormalize || Rejection.Count > 0;

    /// <summary>Writes the weight of each token of a sequence.</summary>
    internal void Weigh(in SequenceView sequence, Span<double> weights)
    {
        Mode.Ratios(sequence, Numerator == MismatchNumerator.Old ? sequence.OldLogprobs : sequence.Logprobs, weights);
        Mode.Bound(sequence, weights, ClipMin ?? 0, ClipMax ?? double.PositiveInfinity);
    }

    /// <summary>The batch with the correction written into its weights and masks.</summary>
    public IReadOnlyList<LossSequence> Fold(IReadOnlyList<LossSequence> batch)
    {
        double[][] weights = [.. batch.Select(Weights)];
        if (BatchNormalize) BatchNormalization.Divide(batch, weights, Mode.OneWeightPerSequence);
        return [.. batch.Select((sequence, index) => sequence with
        {
            Weights = sequence.Weights is null ? weights[index] : sequence.Weights.Zip(weights[index], (own, weight) => own * weight).ToArray(),
            Mask = Rejection.Count == 0 ? sequence.Mask : RejectionRule.Apply(Rejection, sequence, Numerator),
        })];

        double[] Weights(LossSequence sequence)
        {
            var row = new double[sequence.Length];
            Weigh(sequence.View, row);
            return row;
        }
    }
}

/// <summary>The policy whose log-probabilities stand against the sampler's.</summary>
public enum MismatchNumerator
{
    /// <summary>The trainer's before the update.</summary>
    Old,

    /// <summary>The one that is trained, as a constant (verl's bypass mode).</summary>
    Current,
}
