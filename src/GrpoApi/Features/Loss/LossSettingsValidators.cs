using FluentValidation;
using Grpo.Losses;

namespace GrpoApi.Features.Loss;

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
