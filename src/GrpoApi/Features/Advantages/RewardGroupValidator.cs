using FluentValidation;
using GrpoApi.Http;

namespace GrpoApi.Features.Advantages;

/// <summary>What one group must satisfy.</summary>
internal sealed class RewardGroupValidator : AbstractValidator<RewardGroup>
{
    public RewardGroupValidator(LimitsOptions limits)
    {
        RuleFor(group => group.Rewards).Must((group, _) => group.Rewards is not null || group.TokenRewards is not null || group.Scores is { Count: > 0 })
            .WithMessage("A group gives rewards, or scores, or both.");
        RuleFor(group => group.Rewards).Must((group, _) => group.Size > 0).When(group => group.Rewards is not null || group.TokenRewards is not null || group.Scores is { Count: > 0 })
            .WithMessage("At least one reward is needed.");
        RuleFor(group => group.Rewards).Must((group, _) => group.Size <= limits.MaxGroupSize)
            .WithMessage(_ => $"At most {limits.MaxGroupSize} completions are allowed in a group (Limits:MaxGroupSize).");
        RuleFor(group => group).Custom(CheckLengths);
        RuleFor(group => group).Custom(CheckTokens);
    }

    /// <summary>Rows per completion, and as many tokens in each as the rewards or the mask have.</summary>
    private static void CheckTokens(RewardGroup group, ValidationContext<RewardGroup> context)
    {
        var rows = group.TokenRewards ?? group.Mask;
        foreach (var (name, values) in (IEnumerable<(string, double[][]?)>)[("token_rewards", group.TokenRewards), ("mask", group.Mask), ("values", group.Values), ("old_logprobs", group.OldLogprobs), ("ref_logprobs", group.RefLogprobs), ("sum_pi_squared", group.SumPiSquared)])
        {
            if (values is null) continue;
            if (values.Length != group.Size) context.AddFailure(name, $"Has {values.Length} rows for {group.Size} completions.");
            for (var i = 0; i < Math.Min(values.Length, rows?.Length ?? 0); i++)
            {
                if (values[i].Length != rows![i].Length) context.AddFailure($"{name}[{i}]", $"Has {values[i].Length} values for {rows[i].Length} tokens.");
                if (name == "mask" && Array.Exists(values[i], value => value is not (0 or 1))) context.AddFailure($"{name}[{i}]", "Must be 0 or 1.");
            }
        }
    }

    private static void CheckLengths(RewardGroup group, ValidationContext<RewardGroup> context)
    {
        foreach (var (name, scores) in group.Scores ?? new Dictionary<string, double?[]>()) Check($"scores.{name}", scores?.Length);
        Check("lengths", group.Lengths?.Length ?? group.Size);
        Check("baselines", group.Baselines?.Length ?? group.Size);
        Check("agents", group.Agents?.Length ?? group.Size);
        Check("episodes", group.Episodes?.Length ?? group.Size);
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
