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

/// <summary>What the parameters of single loss types must satisfy.</summary>
internal sealed class LossParametersValidator : AbstractValidator<LossRequest>
{
    public LossParametersValidator()
    {
        RuleFor(request => request.CispoClipMax).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.CispoClipMin).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.CispoClipMin).Must((request, min) => min is null || min <= (request.CispoClipMax ?? 1 + (request.EpsilonHigh ?? request.Epsilon)))
            .WithMessage("Must not be above the largest weight, cispo_clip_max or 1 + epsilon_high.");
        RuleFor(request => request.SapoTemperaturePos).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.SapoTemperatureNeg).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.DroBeta).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.DroBeta).Must((request, beta) => beta is not null || request.LossType != "dro").WithMessage("Needed by the loss type dro.");
    }
}

/// <summary>What a rollout correction must satisfy.</summary>
internal sealed class RolloutCorrectionValidator : AbstractValidator<RolloutCorrectionSettings>
{
    public RolloutCorrectionValidator()
    {
        RuleFor(settings => settings.Mode).Must(name => name is null || RolloutCorrectionModes.All.TryGet(name, out _))
            .WithMessage((_, name) => LossValidator.Unsupported(name, RolloutCorrectionModes.All));
        RuleFor(settings => settings.ClipMax).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(settings => settings.ClipMin).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(settings => settings.ClipMin).Must((settings, min) => min is null || min <= (settings.ClipMax ?? RolloutCorrection.DefaultClipMax)).WithMessage("Must not be above clip_max.");
    }
}

/// <summary>What the counts must satisfy.</summary>
internal sealed class NormalizerCountsValidator : AbstractValidator<NormalizerCounts>
{
    public NormalizerCountsValidator()
    {
        RuleFor(counts => counts.NumItemsInBatch).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(counts => counts.GlobalBatchSize).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(counts => counts.MaxCompletionLength).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(counts => counts.LossScaleFactor).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(counts => counts.LossScaleFactor).Must((counts, factor) => factor is null || counts.MaxCompletionLength is null)
            .WithMessage("Contradicts max_completion_length: both are the divisor of seq-mean-token-sum-norm. Give one.");
    }
}

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
