using Grpo.Losses;
using GrpoApi.Features.Loss;

namespace GrpoApi.Features.ImportanceWeights;

/// <summary>From a request in our settings to the answer.</summary>
internal static class ImportanceWeightsMapping
{
    public static ImportanceWeightsResponse Compute(ImportanceWeightsRequest request)
    {
        LossSequence[] batch = [.. request.Sequences.Select(ToSequence)];
        var correction = request.ToCorrection();
        var corrected = correction?.Fold(batch) ?? batch;
        var kept = request.Sequences.Select((_, index) => request.OffPolicyMaskThreshold is not { } threshold || OffPolicyMask.Keeps(batch[index], threshold)).ToArray();
        var onlyOffPolicy = correction is null && request.OffPolicyMaskThreshold is not null;
        var metrics = correction is null ? [] : MismatchMetrics.Of(batch, correction);
        if (request.OffPolicyMaskThreshold is not null) metrics["clipfrac"] = kept.Zip(batch, (keeps, sequence) => keeps ? 0 : sequence.TokenCount).Sum();
        return new()
        {
            Sequences = [.. corrected.Select((sequence, index) => new SequenceWeights
            {
                Weights = [.. Enumerable.Range(0, sequence.Length).Select(t => Includes(batch[index], t) ? sequence.Weights is { } weights ? weights[t] : 1 : 0)],
                Mask = [.. Enumerable.Range(0, sequence.Length).Select(t => kept[index] && (onlyOffPolicy || Includes(sequence, t)) ? 1 : 0)],
            })],
            Metrics = metrics,
        };
    }

    private static bool Includes(LossSequence sequence, int token) => sequence.Mask.IsEmpty || sequence.Mask.Span[token] != 0;

    private static LossSequence ToSequence(SampledSequence sequence) => new()
    {
        Logprobs = (sequence.Logprobs ?? sequence.OldLogprobs),
        OldLogprobs = sequence.OldLogprobs,
        RolloutLogprobs = sequence.RolloutLogprobs,
        Mask = sequence.Mask is { } mask ? Array.ConvertAll(mask, value => (byte)value) : null,
        Advantages = new[] { sequence.Advantage ?? 0 },
    };
}
