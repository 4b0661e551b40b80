using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>From the request to the algorithm's types and back.</summary>
internal static class LossMapping
{
    public static LossOptions ToOptions(this LossRequest request) => new()
    {
        LossType = LossTypes.All[request.LossType == "vanilla" ? "grpo" : request.LossType],
        Level = request.ImportanceSamplingLevel is { } level ? ImportanceSamplingLevels.All[level] : null,
        Aggregation = request.Aggregation is { } aggregation ? LossAggregations.All[aggregation] : null,
        Epsilon = request.Epsilon,
        EpsilonHigh = request.EpsilonHigh,
        Delta = request.Delta,
        Beta = request.Beta,
        KlEstimator = KlEstimators.All[request.KlEstimator == OutcomeDivergence.Name ? "k1" : request.KlEstimator],
        KlAggregation = request.KlAggregation is { } parts ? LossAggregations.All[parts] : null,
        FullKl = request.KlEstimator == OutcomeDivergence.Name,
        Kl = new()
        {
            InputClamp = request.KlInputClamp,
            OutputClamp = request.KlOutputClamp,
            StraightThrough = request.KlStraightThrough,
            Weight = request.UseBiasCorrectionKl ? KlWeight.Ratio : request.KlWeight,
            ClampAfterWeight = request.KlClampAfterWeight,
        },
        DualClip = request.DualClip,
        LogRatioMin = request.LogRatioMin ?? double.NegativeInfinity,
        LogRatioMax = request.LogRatioMax ?? double.PositiveInfinity,
        OffPolicyMaskThreshold = request.OffPolicyMaskThreshold,
        TopEntropyQuantile = request.TopEntropyQuantile,
        EntropyCoef = request.EntropyCoef,
        PositiveNllWeight = request.PositiveNllWeight,
        ClipCov = ToOptions(request.ClipCov ?? new()),
        KlCov = ToOptions(request.KlCov ?? new()),
        Normalizer = (request.Normalizer ?? new()).ToNormalizer(),
        RolloutCorrection = request.RolloutCorrection?.ToCorrection(),
        Cispo = new() { ClipMax = request.CispoClipMax, ClipMin = request.CispoClipMin },
        Sapo = new() { TemperaturePos = request.SapoTemperaturePos, TemperatureNeg = request.SapoTemperatureNeg },
        Vespo = new() { KPos = request.VespoKPos, LambdaPos = request.VespoLambdaPos, KNeg = request.VespoKNeg, LambdaNeg = request.VespoLambdaNeg },
        DroBeta = request.DroBeta,
        Gradients = request.Gradients,
        Explain = request.Explain,
    };

    public static LossSequence[] ToBatch(this LossRequest request) => [.. request.Sequences.Select(sequence => new LossSequence
    {
        Logprobs = sequence.Logprobs!,
        OldLogprobs = sequence.OldLogprobs,
        RefLogprobs = sequence.RefLogprobs,
        RolloutLogprobs = sequence.RolloutLogprobs,
        Mask = sequence.Mask ?? default,
        Advantages = sequence.Advantages ?? [sequence.Advantage ?? 1],
        Weights = sequence.RolloutIsWeights,
        Entropies = sequence.Entropies,
        Reward = sequence.Reward,
    })];

    public static LossResponse ToResponse(this LossResult result, LossRequest request) => new()
    {
        Loss = result.Loss,
        Objective = 0 - result.Loss,
        PolicyLoss = result.PolicyLoss,
        KlLoss = result.KlLoss,
        Metrics = result.Metrics,
        Sequences = [.. request.Sequences.Select((_, index) => new SequenceGradient { GradLogprobs = result.GradLogprobs?[index] })],
        Explanation = result.Explanation is { } explanation ? explanation.ToResponse(request) : null,
    };

    private static ClipCovOptions ToOptions(ClipCovSettings settings) =>
        new() { Ratio = settings.Ratio, LowerBound = settings.LowerBound, UpperBound = settings.UpperBound, Seed = settings.Seed };

    private static KlCovOptions ToOptions(KlCovSettings settings) => new() { Ratio = settings.Ratio, Coefficient = settings.Coef };
}
