using FluentValidation;
using FluentValidation.Results;
using Grpo.Jobs.Requests;
using GrpoApi.Features.Rewards;
using GrpoApi.Features.Rollouts;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Jobs;

/// <summary>The rules of a job request that need neither dataset nor policy: those of rollouts for sampling and rewards, and those of jobs.</summary>
public sealed class JobRequestValidator<T> : AbstractValidator<T>
    where T : JobRequest
{
    /// <summary>States the rules.</summary>
    public JobRequestValidator(IOptions<LimitsOptions> options)
    {
        var limits = options.Value;
        RuleFor(request => request.SamplesPerPrompt).LessThanOrEqualTo(limits.MaxGroupSize);
        RuleFor(request => request.Sampling).SetValidator(new RolloutSamplingValidator(limits));
        RuleFor(request => request.Rewards).AreRewards(limits.MaxRewards);
        RuleFor(request => request).Custom((request, context) =>
        {
            foreach (var problem in JobRules.Problems(request)) context.AddFailure(new ValidationFailure(problem.Path, problem.Message));
        });
    }
}
