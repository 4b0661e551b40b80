using FluentValidation;
using Grpo.Advantages;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Advantages;

/// <summary>What an advantage request must satisfy.</summary>
internal sealed class AdvantagesValidator : AbstractValidator<AdvantagesRequest>
{
    /// <summary>Flat input and a trainer's settings are checked as what they mean.</summary>
    public AdvantagesValidator(IOptions<LimitsOptions> limits)
    {
        var canonical = new CanonicalAdvantagesValidator(limits);
        RuleFor(request => request).Custom((request, context) =>
        {
            if (FlatRewardsRules.Broken(request) is { } broken)
            {
                context.AddFailure(broken);
                return;
            }

            var failures = TrainerFailures.Of(() => AdvantageDialects.Canonical(request), canonical, inTrainersTerms: request.TrainerConfig is not null);
            foreach (var failure in failures) context.AddFailure(request.IsFlat ? FlatRewardsRules.AsSent(failure, request) : failure);
        });
    }
}

/// <summary>What an advantage request in our settings and in groups must satisfy.</summary>
internal sealed class CanonicalAdvantagesValidator : AbstractValidator<AdvantagesRequest>
{
    public CanonicalAdvantagesValidator(IOptions<LimitsOptions> limits)
    {
        RuleFor(request => request.Estimator).Must(name => AdvantageEstimators.All.TryGet(name, out _) || TokenAdvantageEstimators.All.TryGet(name, out _))
            .WithMessage((_, name) => $"'{name}' is not supported. Supported: {AdvantageEstimators.All.Listing}, {TokenAdvantageEstimators.All.Listing}.");
        RuleFor(request => request.StdEpsilon).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.Ddof).InclusiveBetween(0, 1).WithMessage("Must be 0 (population) or 1 (sample).");
        RuleFor(request => request.Gamma).InclusiveBetween(0, 1).WithMessage("Must be in [0, 1].");
        RuleFor(request => request.Lambda).InclusiveBetween(0, 1).WithMessage("Must be in [0, 1].");
        RuleFor(request => request.Decay).Must(decay => decay is >= 0 and < 1).WithMessage("Must be at least 0 and below 1.");
        RuleFor(request => request.FNorm).GreaterThan(0).WithMessage("Must be above 0.");
        RuleFor(request => request.MeanEpsilon).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.MultiObjectiveAggregation)
            .Must((request, aggregation) => aggregation == MultiObjectiveAggregation.SumThenNormalize || request.Estimator is "grpo" or "gdpo")
            .WithMessage(request => $"normalize_then_sum belongs to the estimators grpo and gdpo, not to {request.Estimator}.");
        RuleFor(request => request.Groups).NotEmpty().WithMessage("At least one group is needed.");
        RuleFor(request => request.Groups).Must(groups => groups.Count <= limits.Value.MaxGroups)
            .WithMessage(_ => $"At most {limits.Value.MaxGroups} groups are allowed (Limits:MaxGroups).");
        RuleForEach(request => request.Groups).SetValidator(new RewardGroupValidator(limits.Value));
        RuleFor(request => request).Custom(CheckInputsOfTheEstimator);
        RuleFor(request => request).Custom(CheckInputsOfThePenalty);
        RuleFor(request => request).Custom(CheckWeightNames);
    }

    /// <summary>Names what the estimator needs and a group lacks.</summary>
    private static void CheckInputsOfTheEstimator(AdvantagesRequest request, ValidationContext<AdvantagesRequest> context)
    {
        if (request.IsPerToken) CheckTokenInputs(request, context);
        if (!AdvantageEstimators.All.TryGet(request.Estimator, out var estimator)) return;
        var single = request.MultiObjectiveAggregation == MultiObjectiveAggregation.NormalizeThenSum ? AdvantageInputs.Scores : AdvantageInputs.None;
        var needs = estimator.Requires | single;
        for (var group = 0; group < request.Groups.Count; group++)
        {
            Need(AdvantageInputs.Scores, request.Groups[group].Scores);
            Need(AdvantageInputs.Lengths, request.Groups[group].Lengths);
            Need(AdvantageInputs.Baselines, request.Groups[group].Baselines);
            Need(AdvantageInputs.Agents, request.Groups[group].Agents);
            Need(AdvantageInputs.Episodes, request.Groups[group].Episodes);

            void Need(AdvantageInputs input, object? given)
            {
                if (!needs.HasFlag(input) || given is not null) return;
                var why = estimator.Requires.HasFlag(input) ? $"the estimator {estimator.Name}" : "normalize_then_sum";
                context.AddFailure($"groups[{group}].{JsonConventions.NameOf(input.ToString())}", $"Needed by {why}.");
            }
        }
    }

    private static void CheckTokenInputs(AdvantagesRequest request, ValidationContext<AdvantagesRequest> context)
    {
        for (var group = 0; group < request.Groups.Count; group++)
        {
            if (request.Groups[group].TokenRewards is null) context.AddFailure($"groups[{group}].token_rewards", $"Needed by the estimator {request.Estimator}.");
            if (request.Groups[group].Values is null && request.Estimator == "gae") context.AddFailure($"groups[{group}].values", "Needed by the estimator gae.");
            if (!request.Estimator.EndsWith("optimal_token_baseline", StringComparison.Ordinal)) continue;
            if (request.Groups[group].OldLogprobs is null) context.AddFailure($"groups[{group}].old_logprobs", $"Needed by the estimator {request.Estimator}.");
            if (request.Groups[group].SumPiSquared is null) context.AddFailure($"groups[{group}].sum_pi_squared", $"Needed by the estimator {request.Estimator}.");
        }
    }

    private static void CheckInputsOfThePenalty(AdvantagesRequest request, ValidationContext<AdvantagesRequest> context)
    {
        if (request.KlPenaltyCoef == 0) return;
        for (var group = 0; group < request.Groups.Count; group++)
        {
            if (request.Groups[group].Mask is null) context.AddFailure($"groups[{group}].mask", "Needed by kl_penalty_coef.");
            if (request.Groups[group].OldLogprobs is null) context.AddFailure($"groups[{group}].old_logprobs", "Needed by kl_penalty_coef.");
            if (request.Groups[group].RefLogprobs is null) context.AddFailure($"groups[{group}].ref_logprobs", "Needed by kl_penalty_coef.");
        }
    }

    /// <summary>A weight for a score that no group has is a misspelt name.</summary>
    private static void CheckWeightNames(AdvantagesRequest request, ValidationContext<AdvantagesRequest> context)
    {
        var names = request.Groups.SelectMany(group => group.Scores?.Keys ?? []).ToHashSet();
        if (names.Count == 0) return;
        foreach (var name in request.Weights?.Keys.Where(name => !names.Contains(name)) ?? [])
        {
            context.AddFailure($"weights.{name}", $"No group has a score of that name. The scores are: {string.Join(", ", names)}.");
        }
    }
}
