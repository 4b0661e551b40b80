using Grpo.Losses;
using Grpo.Losses.Terms;

namespace GrpoApi.Features.Loss;

/// <summary>From the request to the algorithm's types and back.</summary>
internal static class LossMapping
{
    public static LossOptions ToOptions(this LossRequest request) => new()
    {
        LossType = LossTypes.All[request.LossType],
        Level = request.ImportanceSamplingLevel is { } level ? ImportanceSamplingLevels.All[level] : null,
        Aggregation = request.Aggregation is { } aggregation ? LossAggregations.All[aggregation] : null,
        Epsilon = request.Epsilon,
        EpsilonHigh = request.EpsilonHigh,
        Delta = request.Delta,
        Beta = request.Beta,
        KlEstimator = KlEstimators.All[request.KlEstimator],
        UseBiasCorrectionKl = request.UseBiasCorrectionKl,
        Normalizer = ToNormalizer(request.Normalizer ?? new()),
        RolloutCorrection = request.RolloutCorrection is { Mode: { } mode } correction
            ? new() { Mode = RolloutCorrectionModes.All[mode], ClipMax = correction.ClipMax ?? RolloutCorrection.DefaultClipMax, ClipMin = correction.ClipMin }
            : null,
        Cispo = new() { ClipMax = request.CispoClipMax, ClipMin = request.CispoClipMin },
        Sapo = new() { TemperaturePos = request.SapoTemperaturePos, TemperatureNeg = request.SapoTemperatureNeg },
        Vespo = new() { KPos = request.VespoKPos, LambdaPos = request.VespoLambdaPos, KNeg = request.VespoKNeg, LambdaNeg = request.VespoLambdaNeg },
        DroBeta = request.DroBeta,
        Gradients = request.Gradients,
        Explain = request.Explain,
    };

    public static LossSequence[] ToBatch(this LossRequest request) => [.. request.Sequences.Select(sequence => new LossSequence
    {
        Logprobs = sequence.Logprobs,
        OldLogprobs = sequence.OldLogprobs,
        RefLogprobs = sequence.RefLogprobs,
        RolloutLogprobs = sequence.RolloutLogprobs,
        Mask = sequence.Mask is { } mask ? Array.ConvertAll(mask, value => (byte)value) : null,
        Advantages = sequence.Advantages ?? [sequence.Advantage!.Value],
    })];

    public static LossResponse ToResponse(this LossResult result, LossRequest request) => new()
    {
        Loss = result.Loss,
        Objective = 0 - result.Loss,
        PolicyLoss = result.PolicyLoss,
        KlLoss = result.KlLoss,
        Metrics = result.Metrics,
        Sequences = [.. request.Sequences.Select((_, index) => new SequenceGradient { GradLogprobs = result.GradLogprobs?[index] })],
        Explanation = result.Explanation is { } explanation ? Explain(explanation, request) : null,
    };

    private static LossNormalizer ToNormalizer(NormalizerCounts counts) => new()
    {
        NumItemsInBatch = counts.NumItemsInBatch,
        GlobalBatchSize = counts.GlobalBatchSize,
        MaxCompletionLength = counts.MaxCompletionLength,
        LossScaleFactor = counts.LossScaleFactor,
        EmptyRows = counts.EmptyRows,
    };

    private static Explanation Explain(LossExplanation explanation, LossRequest request) => new()
    {
        Surrogate = explanation.Surrogate,
        KlPenalty = explanation.KlPenalty,
        Objective = explanation.Objective,
        Sequences = [.. explanation.Sequences.Select((tokens, index) => new SequenceExplanation
        {
            Advantage = request.Sequences[index].Advantage,
            Tokens = [.. tokens.Select(Numbers)],
        })],
    };

    private static TokenNumbers Numbers(TokenExplanation token) => new()
    {
        Ratio = token.Terms.Ratio,
        ClippedRatio = token.Terms.ClippedRatio,
        UnclippedTerm = token.Terms.UnclippedTerm,
        ClippedTerm = token.Terms.ClippedTerm,
        MinTerm = token.Terms.MinTerm,
        Clipped = token.Terms.Clip != TokenClip.None,
        RolloutWeight = token.RolloutWeight,
        Kl = token.Kl,
        BetaKl = token.BetaKl,
        Objective = token.Objective,
        Weight = token.Weight,
    };
}
