using FluentValidation;

namespace GrpoApi.Features.Loss;

/// <summary>What one sequence must satisfy.</summary>
internal sealed class SequenceLogprobsValidator : AbstractValidator<SequenceLogprobs>
{
    public SequenceLogprobsValidator(bool needsReference, bool needsRollout)
    {
        RuleFor(sequence => sequence.OldLogprobs).Must(BeAsLongAsLogprobs).WithMessage(WrongLength);
        RuleFor(sequence => sequence.RefLogprobs).Must(BeAsLongAsLogprobs).WithMessage(WrongLength);
        RuleFor(sequence => sequence.RefLogprobs).Must(values => values is not null || !needsReference).WithMessage("Needed because beta is not 0.");
        RuleFor(sequence => sequence.RolloutLogprobs).Must(BeAsLongAsLogprobs).WithMessage(WrongLength);
        RuleFor(sequence => sequence.RolloutLogprobs).Must(values => values is not null || !needsRollout).WithMessage("Needed by rollout_correction.");
        RuleFor(sequence => sequence.Mask).Must(BeAsLongAsLogprobs).WithMessage(WrongLength);
        RuleFor(sequence => sequence.Mask).Custom(CheckMask);
        RuleFor(sequence => sequence.Advantages).Must(BeAsLongAsLogprobs).WithMessage(WrongLength);
        RuleFor(sequence => sequence.Advantage).Must((sequence, advantage) => advantage is not null || sequence.Advantages is not null)
            .WithMessage("Give advantage (one number) or advantages (one per token).");
        RuleFor(sequence => sequence.Advantages).Must((sequence, advantages) => advantages is null || sequence.Advantage is null)
            .WithMessage("Contradicts advantage: give one of the two.");
    }

    private static bool BeAsLongAsLogprobs(SequenceLogprobs sequence, double[]? values) => values is null || values.Length == sequence.Logprobs.Length;

    private static string WrongLength(SequenceLogprobs sequence, double[]? values) => $"Has {values!.Length} values for {sequence.Logprobs.Length} logprobs.";

    private static void CheckMask(double[]? mask, ValidationContext<SequenceLogprobs> context)
    {
        if (mask is not null && Array.FindIndex(mask, value => value is not (0 or 1)) is >= 0 and var wrong)
        {
            context.AddFailure($"mask[{wrong}]", "Must be 0 or 1.");
        }
    }
}
