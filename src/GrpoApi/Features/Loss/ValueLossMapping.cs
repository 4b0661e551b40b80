using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>The loss of a critic: from the request to the answer.</summary>
internal static class ValueLossMapping
{
    /// <summary>The loss type's name.</summary>
    public const string LossType = "value";

    public static LossResponse Compute(LossRequest request)
    {
        var result = ValueLoss.Compute(
            [.. request.Sequences.Select(sequence => new ValueSequence(
                sequence.Values!.ToArray(), sequence.OldValues!.ToArray(), sequence.Returns!.ToArray(), sequence.Mask?.ToArray()))],
            request.CliprangeValue,
            LossAggregations.All[request.Aggregation ?? "token-mean"],
            (request.Normalizer ?? new()).ToNormalizer());
        return new()
        {
            Loss = result.Loss,
            Objective = 0 - result.Loss,
            PolicyLoss = null,
            KlLoss = null,
            Metrics = new Dictionary<string, double?> { ["vf_clipfrac"] = result.Tokens == 0 ? null : result.Clipped / (result.Tokens + LossFigures.Epsilon) },
            Sequences = [.. result.GradValues.Select(gradient => new SequenceGradient { GradValues = request.Gradients ? gradient : null })],
        };
    }
}
