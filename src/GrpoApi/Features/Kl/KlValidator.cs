using FluentValidation;
using Grpo.Losses;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Kl;

/// <summary>What a divergence request must satisfy; a trainer's settings are checked as what they mean.</summary>
internal sealed class KlValidator : AbstractValidator<KlRequest>
{
    public KlValidator(IOptions<LimitsOptions> limits)
    {
        var canonical = new CanonicalKlValidator(limits.Value);
        RuleFor(request => request).Custom((request, context) =>
        {
            foreach (var failure in TrainerFailures.Of(() => KlDialects.Canonical(request), canonical, inTrainersTerms: request.TrainerConfig is not null)) context.AddFailure(failure);
            if (KlDialects.Controller(request) is null && request.Sequences is null or { Count: 0 }) context.AddFailure("sequences", "At least one sequence is needed.");
            if (KlDialects.Controller(request) is not null && (request.CurrentKl is null || request.CurrentKl.Length != request.NSteps?.Length))
            {
                context.AddFailure("current_kl", "An adaptive controller needs current_kl and n_steps of one length.");
            }
        });
    }
}

/// <summary>What a divergence request in our settings must satisfy.</summary>
internal sealed class CanonicalKlValidator : AbstractValidator<KlRequest>
{
    public CanonicalKlValidator(LimitsOptions limits)
    {
        RuleFor(request => request.Estimator).Must(name => name == OutcomeDivergence.Name || KlEstimators.All.TryGet(name, out _))
            .WithMessage((_, name) => $"'{name}' is not supported. Supported: {KlEstimators.All.Listing}, {OutcomeDivergence.Name}.");
        RuleFor(request => request.InputClamp).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.OutputClamp).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.Weight).Must((request, weight) => weight is KlWeight.None or KlWeight.Ratio || !request.UseBiasCorrectionKl)
            .WithMessage("Contradicts use_bias_correction_kl, which is the weight ratio: give one of the two.");
        RuleFor(request => request.Weight).Must((request, weight) => weight is KlWeight.None or KlWeight.Ratio || request.Estimator != "k4")
            .WithMessage("Contradicts the estimator k4, whose weight is the ratio: give one of the two.");
        RuleFor(request => request.Sequences).Must(sequences => sequences is null || sequences.Count <= limits.MaxSequences)
            .WithMessage(_ => $"At most {limits.MaxSequences} sequences are allowed (Limits:MaxSequences).");
        RuleForEach(request => request.Sequences).SetValidator(request => new KlSequenceValidator(request.Weight == KlWeight.RolloutRatio));
    }
}

/// <summary>What one sequence must satisfy.</summary>
internal sealed class KlSequenceValidator : AbstractValidator<KlSequence>
{
    public KlSequenceValidator(bool needsRollout)
    {
        RuleFor(sequence => sequence.RefLogprobs).Must(BeAsLong).WithMessage(WrongLength);
        RuleFor(sequence => sequence.OldLogprobs).Must(BeAsLong).WithMessage(WrongLength);
        RuleFor(sequence => sequence.RolloutLogprobs).Must(BeAsLong).WithMessage(WrongLength);
        RuleFor(sequence => sequence.RolloutLogprobs).Must(values => values is not null || !needsRollout).WithMessage("Needed by the weight rollout_ratio.");
        RuleFor(sequence => sequence.Mask).Must(BeAsLong).WithMessage(WrongLength);
        RuleForEach(sequence => sequence.Mask).Must(value => value is 0 or 1).WithMessage("Must be 0 or 1.");
    }

    private static bool BeAsLong(KlSequence sequence, double[]? values) => values is null || values.Length == sequence.Logprobs.Length;

    private static string WrongLength(KlSequence sequence, double[]? values) => $"Has {values!.Length} values for {sequence.Logprobs.Length} logprobs.";
}
