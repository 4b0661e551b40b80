using FluentValidation;
using FluentValidation.Results;
using Grpo.Rewards;

namespace GrpoApi.Features.Rewards;

/// <summary>The rules of a request's <c>rewards</c>, for every request that has them.</summary>
public static class RewardSpecRules
{
    /// <summary>Known names, each once; weights not negative; parameters that the reward accepts. Each failure is at the caller's path, such as <c>rewards[0].params.mode</c>.</summary>
    /// <param name="rule">The rule of the list; null lists pass.</param>
    /// <param name="max">The most rewards allowed.</param>
    public static IRuleBuilderOptionsConditions<T, IReadOnlyList<RewardSpec>?> AreRewards<T>(this IRuleBuilder<T, IReadOnlyList<RewardSpec>?> rule, int max) => rule.Custom((specs, context) =>
    {
        if (specs is null)
        {
            return;
        }

        if (specs.Count == 0 || specs.Count > max)
        {
            context.AddFailure(new ValidationFailure(context.PropertyPath, specs.Count == 0 ? "At least one reward is needed." : $"At most {max} rewards are allowed, not {specs.Count}."));
            return;
        }

        var names = new HashSet<string>();
        for (var i = 0; i < specs.Count; i++)
        {
            foreach (var (path, message) in Problems(specs[i], names))
            {
                context.AddFailure(new ValidationFailure($"{context.PropertyPath}[{i}]{path}", message));
            }
        }
    });

    private static IEnumerable<(string Path, string Message)> Problems(RewardSpec? spec, HashSet<string> names)
    {
        if (spec is null)
        {
            yield return ("", "Must not be null.");
            yield break;
        }

        if (spec.Weight < 0 || !double.IsFinite(spec.Weight))
        {
            yield return (".weight", "Must be a finite number, at least 0.");
        }

        if (RewardCatalog.Find(spec.Name) is not { } definition)
        {
            yield return (".name", $"The reward '{spec.Name}' is not known; known: {string.Join(", ", RewardCatalog.All.Select(known => known.Name))}.");
            yield break;
        }

        if (!names.Add(spec.Name))
        {
            yield return (".name", $"The reward '{spec.Name}' is given twice; scores are keyed by name.");
        }

        if (ParamsProblem(definition, spec) is { } problem)
        {
            yield return (problem.Path.Length == 0 ? ".params" : $".params.{problem.Path}", problem.Message);
        }
    }

    private static RewardParamsException? ParamsProblem(RewardDefinition definition, RewardSpec spec)
    {
        try
        {
            definition.Bind(spec.Params);
            return null;
        }
        catch (RewardParamsException problem)
        {
            return problem;
        }
    }
}
