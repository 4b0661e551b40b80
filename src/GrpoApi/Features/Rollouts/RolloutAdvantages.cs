using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Grpo.Advantages;

namespace GrpoApi.Features.Rollouts;

/// <summary>How the rewards of each group become advantages, as in <c>POST /v1/advantages</c>.</summary>
public sealed record RolloutAdvantages
{
    /// <summary>The estimator.</summary>
    /// <example>grpo</example>
    [DefaultValue("grpo")]
    public string Estimator { get; init; } = "grpo";

    /// <summary>The spread that centred rewards are divided by; absent: the estimator's own.</summary>
    /// <example>group</example>
    public RewardScaling? ScaleRewards { get; init; }

    /// <summary>Added to the standard deviation before dividing by it.</summary>
    /// <value>At least 0. The default value is 0.0001.</value>
    [Range(0, double.MaxValue)]
    [DefaultValue(AdvantageOptions.DefaultStdEpsilon)]
    public double StdEpsilon { get; init; } = AdvantageOptions.DefaultStdEpsilon;

    /// <summary>The variance divides by the number of rewards minus this.</summary>
    /// <value>1 (sample) or 0 (population). The default value is 1.</value>
    [Range(0, 1)]
    [DefaultValue(1)]
    public int Ddof { get; init; } = 1;

    /// <summary>How several rewards become one advantage.</summary>
    /// <value>The default value is sum_then_normalize.</value>
    public MultiObjectiveAggregation MultiObjectiveAggregation { get; init; }

    internal AdvantageOptions ToOptions() => new()
    {
        ScaleRewards = ScaleRewards,
        StdEpsilon = StdEpsilon,
        Ddof = Ddof,
        MultiObjectiveAggregation = MultiObjectiveAggregation,
    };
}

/// <summary>The rules of <see cref="RolloutAdvantages"/>.</summary>
public sealed class RolloutAdvantagesValidator : AbstractValidator<RolloutAdvantages>
{
    private static readonly List<string> Usable = [.. AdvantageEstimators.All.Names.Where(name => !AdvantageEstimators.All[name].Requires.HasFlag(AdvantageInputs.Baselines))];

    /// <summary>States the rules.</summary>
    public RolloutAdvantagesValidator()
    {
        // An estimator with baselines needs the rewards of greedy completions, which are not sampled here.
        RuleFor(advantages => advantages.Estimator).Must(Usable.Contains)
            .WithMessage(advantages => $"'{advantages.Estimator}' is not supported here. Supported: {string.Join(", ", Usable)}.");
        RuleFor(advantages => advantages.StdEpsilon).GreaterThanOrEqualTo(0);
        RuleFor(advantages => advantages.Ddof).InclusiveBetween(0, 1);
        RuleFor(advantages => advantages.MultiObjectiveAggregation)
            .Must((advantages, aggregation) => aggregation == MultiObjectiveAggregation.SumThenNormalize || advantages.Estimator is "grpo" or "gdpo")
            .WithMessage(advantages => $"normalize_then_sum belongs to the estimators grpo and gdpo, not to {advantages.Estimator}.");
    }
}
