using FluentValidation;
using Grpo.Losses;

namespace GrpoApi.Features.Loss;

/// <summary>What the parameters of single loss types must satisfy.</summary>
internal sealed class LossParametersValidator : AbstractValidator<LossChoices>
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
        RuleFor(request => request.DualClip).GreaterThan(1).WithMessage("Must be above 1.");
        RuleFor(request => request.LogRatioMax).Must((request, max) => max is null || max >= (request.LogRatioMin ?? double.NegativeInfinity)).WithMessage("Must not be below log_ratio_min.");
        RuleFor(request => request.KlInputClamp).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.KlOutputClamp).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.KlWeight).Must((request, weight) => weight == KlWeight.None || !request.UseBiasCorrectionKl)
            .WithMessage("Contradicts use_bias_correction_kl, which is the weight ratio: give one of the two.");
        RuleFor(request => request.KlWeight).Must((request, weight) => weight is KlWeight.None or KlWeight.Ratio || request.KlEstimator != "k4")
            .WithMessage("Contradicts kl_estimator k4, whose weight is the ratio: give one of the two.");
        RuleFor(request => request.KlEstimator).Must((request, name) => name != OutcomeDivergence.Name || Contradiction(request) is null)
            .WithMessage(request => $"full is exact over the outcomes and estimates nothing per token. Contradicts {Contradiction(request)}: give one of the two.");
        RuleFor(request => request.TopEntropyQuantile).Must(share => share is > 0 and <= 1).WithMessage("Must be above 0 and at most 1.");
        RuleFor(request => request.PositiveNllWeight).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.CliprangeValue).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.ClipCov!.Ratio).InclusiveBetween(0, 1).When(request => request.ClipCov is not null).WithMessage("Must be in [0, 1].").OverridePropertyName("clip_cov.ratio");
        RuleFor(request => request.ClipCov!.UpperBound).Must((request, upper) => upper >= request.ClipCov!.LowerBound).When(request => request.ClipCov is not null)
            .WithMessage("Must not be below lower_bound.").OverridePropertyName("clip_cov.upper_bound");
        RuleFor(request => request.KlCov!.Ratio).InclusiveBetween(0, 1).When(request => request.KlCov is not null).WithMessage("Must be in [0, 1].").OverridePropertyName("kl_cov.ratio");
        RuleFor(request => request.KlCov!.Coef).GreaterThanOrEqualTo(0).When(request => request.KlCov is not null).WithMessage("Must be at least 0.").OverridePropertyName("kl_cov.coef");
    }

    /// <summary>The setting of an estimate per token that stands beside an exact divergence, or null.</summary>
    private static string? Contradiction(LossChoices request) => request switch
    {
        { UseBiasCorrectionKl: true } => "use_bias_correction_kl",
        { KlStraightThrough: true } => "kl_straight_through",
        { KlInputClamp: not null } => "kl_input_clamp",
        { KlOutputClamp: not null } => "kl_output_clamp",
        { KlWeight: not KlWeight.None } => "kl_weight",
        { KlAggregation: not null } => "kl_aggregation",
        _ => null,
    };
}

/// <summary>What a rollout correction must satisfy.</summary>
internal sealed class RolloutCorrectionValidator : AbstractValidator<RolloutCorrectionSettings>
{
    public RolloutCorrectionValidator()
    {
        RuleFor(settings => settings.Mode).Must(name => name is null || RolloutCorrectionModes.All.TryGet(name, out _))
            .WithMessage((_, name) => CanonicalLossValidator.Unsupported(name, RolloutCorrectionModes.All));
        RuleFor(settings => settings.ClipMax).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(settings => settings.ClipMin).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(settings => settings.ClipMin).Must((settings, min) => min is null || min <= (settings.ClipMax ?? RolloutCorrection.DefaultClipMax)).WithMessage("Must not be above clip_max.");
        RuleFor(settings => settings.Rejection).Custom((rules, context) =>
        {
            foreach (var name in rules?.Keys.Where(name => !RejectionRule.Names.Contains(name)) ?? [])
            {
                context.AddFailure($"{context.PropertyPath}.{name}", $"'{name}' is not supported. Supported: {string.Join(", ", RejectionRule.Names)}.");
            }
        });
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
        RuleFor(counts => counts.TokenEpsilon).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(counts => counts.RatioEpsilon).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(counts => counts.RowEpsilon).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(counts => counts.LossScaleFactor).Must((counts, factor) => factor is null || counts.MaxCompletionLength is null)
            .WithMessage("Contradicts max_completion_length: both are the divisor of seq-mean-token-sum-norm. Give one.");
    }
}
