using FluentValidation;
using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>What one sequence must satisfy.</summary>
internal sealed class SequenceLogprobsValidator : AbstractValidator<SequenceLogprobs>
{
    public SequenceLogprobsValidator(LossChoices choices)
    {
        var critic = choices.LossType == ValueLossMapping.LossType;
        Need(sequence => sequence.Logprobs, critic ? null : $"the loss type {choices.LossType}");
        Need(sequence => sequence.OldLogprobs, because: null);
        Need(sequence => sequence.RefLogprobs, choices.Beta != 0 && !critic ? "the divergence: beta is not 0" : null);
        Need(sequence => sequence.RolloutLogprobs, choices.ReadsRollout && !critic ? choices.KlWeight == KlWeight.RolloutRatio ? "kl_weight" : "rollout_correction" : null);
        Need(sequence => sequence.RolloutIsWeights, because: null);
        Need(sequence => sequence.Entropies, choices.TopEntropyQuantile < 1 ? "top_entropy_quantile" : choices.EntropyCoef != 0 ? "entropy_coef" : null);
        Need(sequence => sequence.Advantages, because: null);
        Need(sequence => sequence.Values, critic ? "the loss type value" : null);
        Need(sequence => sequence.OldValues, critic ? "the loss type value" : null);
        Need(sequence => sequence.Returns, critic ? "the loss type value" : null);
        RuleFor(sequence => sequence.Mask).Must((sequence, mask) => mask is null || mask.Value.Length == sequence.Length).WithMessage((sequence, mask) => WrongLength(sequence, mask!.Value.Length));
        RuleFor(sequence => sequence.Mask).Custom(CheckMask);
        RuleFor(sequence => sequence.Advantage).Must((sequence, advantage) => advantage is not null || sequence.Advantages is not null || critic || choices.LossType == "cross_entropy")
            .WithMessage("Give advantage (one number) or advantages (one per token).");
        RuleFor(sequence => sequence.Reward).Must(reward => reward is not null || choices.PositiveNllWeight == 0).WithMessage("Needed by positive_nll_weight.");
        RuleFor(sequence => sequence.Advantages).Must((sequence, advantages) => advantages is null || sequence.Advantage is null)
            .WithMessage("Contradicts advantage: give one of the two.");
    }

    private void Need(System.Linq.Expressions.Expression<Func<SequenceLogprobs, RealVector?>> field, string? because)
    {
        RuleFor(field).Must((sequence, values) => values is null || values.Length == sequence.Length).WithMessage((sequence, values) => WrongLength(sequence, values!.Length));
        RuleFor(field).Must(values => values is not null || because is null).WithMessage($"Needed by {because}.");
    }

    private static string WrongLength(SequenceLogprobs sequence, int length) => $"Has {length} values for {sequence.Length} {(sequence.Logprobs is null ? "values" : "logprobs")}.";

    private static void CheckMask(ReadOnlyMemory<byte>? mask, ValidationContext<SequenceLogprobs> context)
    {
        if (mask is { } values && values.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and var wrong)
        {
            context.AddFailure($"mask[{wrong}]", "Must be 0 or 1.");
        }
    }
}
