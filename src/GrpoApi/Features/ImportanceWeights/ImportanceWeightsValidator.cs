using FluentValidation;
using GrpoApi.Features.Loss;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.ImportanceWeights;

/// <summary>What a correction request must satisfy; a trainer's settings are checked as what they mean.</summary>
internal sealed class ImportanceWeightsValidator : AbstractValidator<ImportanceWeightsRequest>
{
    public ImportanceWeightsValidator(IOptions<LimitsOptions> limits)
    {
        var canonical = new CanonicalImportanceWeightsValidator(limits.Value);
        RuleFor(request => request).Custom((request, context) =>
        {
            var failures = TrainerFailures.Of(() => ImportanceWeightDialects.Canonical(request), canonical, inTrainersTerms: request.TrainerConfig is not null);
            foreach (var failure in failures) context.AddFailure(failure);
        });
    }
}

/// <summary>What a correction request in our settings must satisfy.</summary>
internal sealed class CanonicalImportanceWeightsValidator : AbstractValidator<ImportanceWeightsRequest>
{
    public CanonicalImportanceWeightsValidator(LimitsOptions limits)
    {
        Include(new RolloutCorrectionValidator());
        RuleFor(request => request.Sequences).NotEmpty().WithMessage("At least one sequence is needed.");
        RuleFor(request => request.Sequences).Must(sequences => sequences.Count <= limits.MaxSequences)
            .WithMessage(_ => $"At most {limits.MaxSequences} sequences are allowed (Limits:MaxSequences).");
        RuleForEach(request => request.Sequences).SetValidator(request => new SampledSequenceValidator(request));
    }
}

/// <summary>What one sequence must satisfy.</summary>
internal sealed class SampledSequenceValidator : AbstractValidator<SampledSequence>
{
    public SampledSequenceValidator(ImportanceWeightChoices choices)
    {
        var corrects = choices.Mode is not null || choices.Rejection is { Count: > 0 };
        RuleFor(sequence => sequence.RolloutLogprobs).Must(values => values is not null || !corrects).WithMessage("Needed by mode and rejection.");
        RuleFor(sequence => sequence.Logprobs).Must(values => values is not null || choices.OffPolicyMaskThreshold is null).WithMessage("Needed by off_policy_mask_threshold.");
        RuleFor(sequence => sequence.Advantage).Must(value => value is not null || choices.OffPolicyMaskThreshold is null).WithMessage("Needed by off_policy_mask_threshold.");
        RuleFor(sequence => sequence.RolloutLogprobs).Must(BeAsLong).WithMessage(WrongLength);
        RuleFor(sequence => sequence.Logprobs).Must(BeAsLong).WithMessage(WrongLength);
        RuleFor(sequence => sequence.Mask).Must(BeAsLong).WithMessage(WrongLength);
        RuleForEach(sequence => sequence.Mask).Must(value => value is 0 or 1).WithMessage("Must be 0 or 1.");
    }

    private static bool BeAsLong(SampledSequence sequence, double[]? values) => values is null || values.Length == sequence.OldLogprobs.Length;

    private static string WrongLength(SampledSequence sequence, double[]? values) => $"Has {values!.Length} values for {sequence.OldLogprobs.Length} old_logprobs.";
}
