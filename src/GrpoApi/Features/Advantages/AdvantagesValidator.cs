using FluentValidation;
using Grpo.Advantages;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Advantages;

/// <summary>What an advantage request must satisfy.</summary>
internal sealed class AdvantagesValidator : AbstractValidator<AdvantagesRequest>
{
    public AdvantagesValidator(IOptions<LimitsOptions> limits)
    {
        RuleFor(request => request.Estimator).Must(name => AdvantageEstimators.All.TryGet(name, out _))
            .WithMessage((_, name) => $"'{name}' is not supported. Supported: {AdvantageEstimators.All.Listing}.");
        RuleFor(request => request.StdEpsilon).GreaterThanOrEqualTo(0).WithMessage("Must be at least 0.");
        RuleFor(request => request.Ddof).InclusiveBetween(0, 1).WithMessage("Must be 0 (population) or 1 (sample).");
        RuleFor(request => request.MultiObjectiveAggregation)
            .Must((request, aggregation) => aggregation == MultiObjectiveAggregation.SumThenNormalize || request.Estimator is "grpo" or "gdpo")
            .WithMessage(request => $"normalize_then_sum belongs to the estimators grpo and gdpo, not to {request.Estimator}.");
        RuleFor(request => request.Groups).NotEmpty().WithMessage("At least one group is needed.");
        RuleFor(request => request.Groups).Must(groups => groups.Count <= limits.Value.MaxGroups)
            .WithMessage(_ => $"At most {limits.Value.MaxGroups} groups are allowed (Limits:MaxGroups).");
        RuleForEach(request => request.Groups).SetValidator(new RewardGroupValidator(limits.Value));
        RuleFor(request => request).Custom(CheckInputsOfTheEstimator);
        RuleFor(request => request).Custom(CheckWeightNames);
    }

    /// <summary>Names what the estimator needs and a group lacks.</summary>
    private static void CheckInputsOfTheEstimator(AdvantagesRequest request, ValidationContext<AdvantagesRequest> context)
    {
        if (!AdvantageEstimators.All.TryGet(request.Estimator, out var estimator)) return;
        var single = request.MultiObjectiveAggregation == MultiObjectiveAggregation.NormalizeThenSum ? AdvantageInputs.Scores : AdvantageInputs.None;
        var needs = estimator.Requires | single;
        for (var group = 0; group < request.Groups.Count; group++)
        {
            Need(AdvantageInputs.Scores, request.Groups[group].Scores);
            Need(AdvantageInputs.Lengths, request.Groups[group].Lengths);
            Need(AdvantageInputs.Baselines, request.Groups[group].Baselines);

            void Need(AdvantageInputs input, object? given)
            {
                if (!needs.HasFlag(input) || given is not null) return;
                var why = estimator.Requires.HasFlag(input) ? $"the estimator {estimator.Name}" : "normalize_then_sum";
                context.AddFailure($"groups[{group}].{JsonConventions.NameOf(input.ToString())}", $"Needed by {why}.");
            }
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

/// <summary>What one group must satisfy.</summary>
internal sealed class RewardGroupValidator : AbstractValidator<RewardGroup>
{
    public RewardGroupValidator(LimitsOptions limits)
    {
        RuleFor(group => group.Rewards).Must((group, _) => group.Rewards is not null || group.Scores is { Count: > 0 })
            .WithMessage("A group gives rewards, or scores, or both.");
        RuleFor(group => group.Rewards).Must((group, _) => group.Size > 0).When(group => group.Rewards is not null || group.Scores is { Count: > 0 })
            .WithMessage("At least one reward is needed.");
        RuleFor(group => group.Rewards).Must((group, _) => group.Size <= limits.MaxGroupSize)
            .WithMessage(_ => $"At most {limits.MaxGroupSize} completions are allowed in a group (Limits:MaxGroupSize).");
        RuleFor(group => group).Custom(CheckLengths);
    }

    private static void CheckLengths(RewardGroup group, ValidationContext<RewardGroup> context)
    {
        foreach (var (name, scores) in group.Scores ?? new Dictionary<string, double?[]>()) Check($"scores.{name}", scores?.Length);
        Check("lengths", group.Lengths?.Length ?? group.Size);
        Check("baselines", group.Baselines?.Length ?? group.Size);
        if (group.Lengths is { } lengths && Array.FindIndex(lengths, length => length < 0) is >= 0 and var negative)
        {
            context.AddFailure($"lengths[{negative}]", "Must be at least 0.");
        }

        void Check(string path, int? length)
        {
            if (length is null) context.AddFailure(path, "Must not be null.");
            else if (length != group.Size) context.AddFailure(path, $"Has {length} values for {group.Size} completions.");
        }
    }
}
