using FluentValidation;
using Grpo;
using Grpo.Losses;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Loss;

/// <summary>What a loss request must satisfy.</summary>
internal sealed class LossValidator : AbstractValidator<LossRequest>
{
    /// <summary>A trainer's settings are checked as what they mean.</summary>
    public LossValidator(IOptions<LimitsOptions> limits)
    {
        var canonical = new CanonicalLossValidator(limits);
        RuleFor(request => request).Custom((request, context) =>
        {
            var failures = TrainerFailures.Of(() => LossDialects.Canonical(request).Request, canonical, inTrainersTerms: request.TrainerConfig is not null);
            foreach (var failure in failures) context.AddFailure(failure);
        });
    }
}

/// <summary>What a loss request in our settings must satisfy.</summary>
internal sealed class CanonicalLossValidator : AbstractValidator<LossRequest>
{
    public CanonicalLossValidator(IOptions<LimitsOptions> limits)
    {
        RuleFor(request => request.LossType).Must(name => name is "vanilla" or ValueLossMapping.LossType || LossTypes.All.TryGet(name, out _))
            .WithMessage((_, name) => $"{Unsupported(name, LossTypes.All).TrimEnd('.')}, {ValueLossMapping.LossType}, vanilla.");
        RuleFor(request => request.ImportanceSamplingLevel).Must(name => name is null || ImportanceSamplingLevels.All.TryGet(name, out _))
            .WithMessage((_, name) => Unsupported(name, ImportanceSamplingLevels.All));
        RuleFor(request => request.Aggregation).Must(name => name is null || LossAggregations.All.TryGet(name, out _))
            .WithMessage((_, name) => Unsupported(name, LossAggregations.All));
        RuleFor(request => request.KlAggregation).Must(name => name is null || LossAggregations.All.TryGet(name, out _))
            .WithMessage((_, name) => Unsupported(name, LossAggregations.All));
        RuleFor(request => request.KlEstimator).Must(name => name == OutcomeDivergence.Name || KlEstimators.All.TryGet(name, out _))
            .WithMessage((_, name) => $"{Unsupported(name, KlEstimators.All).TrimEnd('.')}, {OutcomeDivergence.Name}.");

        RuleFor(request => request.Epsilon).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.EpsilonHigh).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.Delta).Must((request, delta) => delta is null || delta > 1 + (request.EpsilonHigh ?? request.Epsilon))
            .WithMessage(request => $"Must be above 1 + epsilon_high = {1 + (request.EpsilonHigh ?? request.Epsilon)}: below it the clip range already bounds the ratio.");
        RuleFor(request => request.Beta).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.Normalizer!).SetValidator(new NormalizerCountsValidator());

        RuleFor(request => request.RolloutCorrection!).SetValidator(new RolloutCorrectionValidator());
        Include(new LossParametersValidator());

        RuleFor(request => request.Sequences).NotEmpty().WithMessage("At least one sequence is needed.");
        RuleFor(request => request.Sequences).Must(sequences => sequences.Count <= limits.Value.MaxSequences)
            .WithMessage(_ => $"At most {limits.Value.MaxSequences} sequences are allowed (Limits:MaxSequences).");
        RuleFor(request => request.Normalizer!.PromptSizes).Must((request, sizes) => sizes is null || (sizes.All(size => size > 0) && sizes.Sum() == request.Sequences.Count))
            .When(request => request.Normalizer is not null && request.Sequences is not null).WithMessage("Must be positive and add up to the number of sequences.")
            .OverridePropertyName("normalizer.prompt_sizes");
        RuleFor(request => request.Sequences).Custom(CheckSequences);
    }

    /// <summary>One validator for all of them: the rules depend on the request, and building them costs more than checking them.</summary>
    private static void CheckSequences(IReadOnlyList<SequenceLogprobs> sequences, ValidationContext<LossRequest> context)
    {
        var validator = new SequenceLogprobsValidator(context.InstanceToValidate);
        for (var i = 0; i < sequences?.Count; i++)
        {
            if (sequences[i] is null)
            {
                context.AddFailure($"{context.PropertyPath}[{i}]", "Must not be null.");
                continue;
            }

            foreach (var failure in validator.Validate(sequences[i]).Errors) context.AddFailure($"{context.PropertyPath}[{i}].{failure.PropertyName}", failure.ErrorMessage);
        }
    }

    internal static string Unsupported<T>(string? name, NamedChoices<T> choices)
        where T : class => $"'{name}' is not supported. Supported: {choices.Listing}.";
}
