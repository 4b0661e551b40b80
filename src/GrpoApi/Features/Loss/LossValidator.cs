using FluentValidation;
using Grpo;
using Grpo.Losses;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Loss;

/// <summary>What a loss request must satisfy.</summary>
internal sealed class LossValidator : AbstractValidator<LossRequest>
{
    public LossValidator(IOptions<LimitsOptions> limits)
    {
        RuleFor(request => request.LossType).Must(name => LossTypes.All.TryGet(name, out _)).WithMessage((_, name) => Unsupported(name, LossTypes.All));
        RuleFor(request => request.ImportanceSamplingLevel).Must(name => name is null || ImportanceSamplingLevels.All.TryGet(name, out _))
            .WithMessage((_, name) => Unsupported(name, ImportanceSamplingLevels.All));
        RuleFor(request => request.Aggregation).Must(name => name is null || LossAggregations.All.TryGet(name, out _))
            .WithMessage((_, name) => Unsupported(name, LossAggregations.All));
        RuleFor(request => request.KlEstimator).Must(name => KlEstimators.All.TryGet(name, out _))
            .WithMessage((_, name) => Unsupported(name, KlEstimators.All));

        RuleFor(request => request.Epsilon).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.EpsilonHigh).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.Delta).Must((request, delta) => delta is null || delta > 1 + (request.EpsilonHigh ?? request.Epsilon))
            .WithMessage(request => $"Must be above 1 + epsilon_high = {1 + (request.EpsilonHigh ?? request.Epsilon)}: below it the clip range already bounds the ratio.");
        RuleFor(request => request.Beta).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.Normalizer!).SetValidator(new NormalizerCountsValidator());

        RuleFor(request => request.RolloutCorrection!).SetValidator(new RolloutCorrectionValidator());
        RuleFor(request => request.RolloutCorrection).Must((request, correction) => correction?.Mode is null || request.LossType != "vespo")
            .WithMessage("Contradicts the loss type vespo, whose own ratio weighs the sequence.");
        Include(new LossParametersValidator());

        RuleFor(request => request.Sequences).NotEmpty().WithMessage("At least one sequence is needed.");
        RuleFor(request => request.Sequences).Must(sequences => sequences.Count <= limits.Value.MaxSequences)
            .WithMessage(_ => $"At most {limits.Value.MaxSequences} sequences are allowed (Limits:MaxSequences).");
        RuleForEach(request => request.Sequences).SetValidator(request => new SequenceLogprobsValidator(request.Beta != 0, request.RolloutCorrection?.Mode is not null));
    }

    internal static string Unsupported<T>(string? name, NamedChoices<T> choices)
        where T : class => $"'{name}' is not supported. Supported: {choices.Listing}.";
}
