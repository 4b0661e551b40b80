using FluentValidation;
using Grpo.Engines;
using Grpo.Rollouts;
using GrpoApi.Features.Rollouts;
using GrpoApi.Http;

namespace GrpoApi.Features.Compat.Sampling;

/// <summary>Sampling as other systems ask for it, done as <c>POST /v1/rollouts</c> does it: the same limits, and for a seed the same draws.</summary>
internal sealed class CompatRollouts(PolicyCatalog policies, IValidator<RolloutsRequest> validator)
{
    /// <summary>The most that callers may ask for at each position.</summary>
    public const int MostTopLogprobs = 20;

    /// <summary>The policy that a caller names; the default one when they name none.</summary>
    /// <exception cref="PolicyNotFoundException">There is none of that name.</exception>
    public IPolicy Policy(string? model) => policies.Get(string.IsNullOrEmpty(model) ? null : model);

    /// <summary>Checks and plans a request.</summary>
    /// <param name="policy">Samples.</param>
    /// <param name="prompts">The prompts as tokens.</param>
    /// <param name="groupSize">Completions per prompt.</param>
    /// <param name="sampling">How tokens are drawn.</param>
    /// <param name="topLogprobs">How many of the most likely tokens are wanted at each position; its path, for the error.</param>
    /// <param name="paths">What the caller calls all this.</param>
    /// <exception cref="ValidationException">The request breaks a limit, or the policy cannot take it.</exception>
    public CompatRollout Plan(IPolicy policy, IReadOnlyList<int[]> prompts, int groupSize, RolloutSampling sampling, (int Count, string Path) topLogprobs, CallerPaths paths)
    {
        RequireTopLogprobs(topLogprobs.Count, topLogprobs.Path);
        var request = new RolloutsRequest { Prompts = [.. prompts.Select(tokens => new RolloutPrompt { TokenIds = tokens })], GroupSize = groupSize, Sampling = sampling };
        try
        {
            var result = validator.Validate(request);
            if (!result.IsValid) throw new ValidationException(result.Errors);
            var plan = RolloutPlan.For(request, policy);
            var top = Math.Min(topLogprobs.Count, policy.Info.VocabSize);
            return new CompatRollout(policy, plan with { Groups = [.. plan.Groups.Select(group => group with { TopLogprobs = top })] });
        }
        catch (ValidationException refused)
        {
            throw paths.Of(refused.Errors);
        }
    }

    /// <summary>Refuses a number of most likely tokens beyond the limit.</summary>
    public static void RequireTopLogprobs(int count, string path)
    {
        if (count is < 0 or > MostTopLogprobs) throw RequestValidation.Invalid(path, $"Must be from 0 to {MostTopLogprobs}.");
    }

    /// <summary>How likely the tokens of a prompt are, each after those before it; the first has nothing before it, and no entry.</summary>
    /// <param name="policy">Scores.</param>
    /// <param name="prompt">The prompt, at least one token.</param>
    /// <param name="temperature">Divisor of the logits.</param>
    /// <param name="topLogprobs">How many of the most likely tokens are wanted at each position.</param>
    /// <param name="path">The field that asks for it, for the error.</param>
    /// <param name="cancellationToken">Calls it off.</param>
    /// <exception cref="ValidationException">The policy cannot score given tokens.</exception>
    public static async Task<ScoredCompletion> ScorePromptAsync(IPolicy policy, int[] prompt, double temperature, int topLogprobs, string path, CancellationToken cancellationToken)
    {
        if (policy is not IScoringPolicy scoring) throw RequestValidation.Invalid(path, "The policy cannot score given tokens.");
        var request = new ScoreRequest { PromptTokenIds = prompt[..1], Completions = [prompt[1..]], Temperature = temperature, TopLogprobs = Math.Min(topLogprobs, policy.Info.VocabSize) };
        return (await scoring.ScoreAsync(request, cancellationToken))[0];
    }
}

/// <summary>A planned request.</summary>
/// <param name="Policy">Samples.</param>
/// <param name="Plan">The groups.</param>
internal sealed record CompatRollout(IPolicy Policy, RolloutPlan Plan)
{
    /// <summary>Prompt tokens, each prompt counted once.</summary>
    public int PromptTokens => Plan.Groups.Sum(group => group.PromptTokenIds.Length);

    /// <summary>Samples all groups.</summary>
    public Task<CompletionGroup[]> SampleAsync(CancellationToken cancellationToken) => Policy.SampleAllAsync(Plan.Groups, null, cancellationToken);
}
