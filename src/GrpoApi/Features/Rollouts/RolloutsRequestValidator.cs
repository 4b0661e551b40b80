using System.Text.Json;
using FluentValidation;
using FluentValidation.Results;
using Grpo.Rollouts;
using GrpoApi.Features.Policies;
using GrpoApi.Features.Rewards;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Rollouts;

/// <summary>The rules of a rollout request that do not depend on the policy.</summary>
public sealed class RolloutsRequestValidator : AbstractValidator<RolloutsRequest>
{
    /// <summary>States the rules.</summary>
    public RolloutsRequestValidator(IOptions<LimitsOptions> options)
    {
        var limits = options.Value;
        RuleFor(request => request.Policy).MinimumLength(1);
        RuleFor(request => request.ReferencePolicy).MinimumLength(1);
        RuleFor(request => request.Prompts).NotEmpty().WithMessage("At least one prompt is needed.")
            .Must(prompts => prompts.Count <= limits.MaxPrompts).WithMessage(request => $"At most {limits.MaxPrompts} prompts are allowed, not {request.Prompts.Count}.");
        RuleForEach(request => request.Prompts).NotNull().SetValidator(new RolloutPromptValidator());
        RuleFor(request => request.GroupSize).InclusiveBetween(1, limits.MaxGroupSize);
        RuleFor(request => request.GroupSize)
            .Must((request, size) => (long)size * request.Prompts.Count <= limits.MaxCompletionsPerRequest)
            .WithMessage(request => $"{request.Prompts.Count} prompts times {request.GroupSize} completions are more than the {limits.MaxCompletionsPerRequest} allowed.");
        RuleFor(request => request.Sampling).SetValidator(new RolloutSamplingValidator(limits));
        RuleFor(request => request.Rewards).AreRewards(limits.MaxRewards);
        RuleFor(request => request.Advantages).Must((request, advantages) => advantages is null || request.Rewards is not null).WithMessage("Advantages need rewards.");
        RuleFor(request => request.Advantages!).SetValidator(new RolloutAdvantagesValidator()).When(request => request.Advantages is not null);
    }
}

/// <summary>The rules of one prompt.</summary>
public sealed class RolloutPromptValidator : AbstractValidator<RolloutPrompt>
{
    /// <summary>States the rules.</summary>
    public RolloutPromptValidator()
    {
        RuleFor(prompt => prompt)
            .Must(prompt => new object?[] { prompt.Text, prompt.Messages, prompt.TokenIds }.Count(source => source is not null) == 1)
            .WithMessage("Give exactly one of text, messages and token_ids.");
        RuleFor(prompt => prompt.Text).NotEqual("").WithMessage("A prompt needs at least one token.");
        RuleFor(prompt => prompt.TokenIds).Must(tokenIds => tokenIds is not { Count: 0 }).WithMessage("A prompt needs at least one token.");
        RuleFor(prompt => prompt.Messages).AreMessages();
        RuleFor(prompt => prompt.Reference).Must(reference => reference is not { ValueKind: not JsonValueKind.Object }).WithMessage("Must be an object.");
    }
}

/// <summary>The rules of sampling.</summary>
public sealed class RolloutSamplingValidator : AbstractValidator<RolloutSampling>
{
    /// <summary>States the rules.</summary>
    public RolloutSamplingValidator(LimitsOptions limits)
    {
        RuleFor(sampling => sampling.Temperature).GreaterThanOrEqualTo(0);
        RuleFor(sampling => sampling.TopP).GreaterThan(0).LessThanOrEqualTo(1);
        RuleFor(sampling => sampling.TopK).GreaterThanOrEqualTo(0);
        RuleFor(sampling => sampling.MinP).InclusiveBetween(0, 1);
        RuleFor(sampling => sampling.MaxTokens).InclusiveBetween(1, limits.MaxTokens);
        RuleFor(sampling => sampling.MinTokens).GreaterThanOrEqualTo(0)
            .LessThanOrEqualTo(sampling => sampling.MaxTokens).WithMessage(sampling => $"Must not be greater than max_tokens, {sampling.MaxTokens}.");
        RuleFor(sampling => sampling.Stop).Must(stop => stop.Count <= limits.MaxStops).WithMessage($"At most {limits.MaxStops} stop strings are allowed.");
        RuleForEach(sampling => sampling.Stop).NotEmpty().WithMessage("A stop string must not be empty.");
        RuleFor(sampling => sampling.StopTokenIds).Must(stop => stop.Count <= limits.MaxStops).WithMessage($"At most {limits.MaxStops} stop token ids are allowed.");
        RuleFor(sampling => sampling.LogitBias).Custom((bias, context) =>
        {
            foreach (var key in bias.Keys.Where(key => !int.TryParse(key, System.Globalization.NumberStyles.None, provider: null, out _)))
            {
                context.AddFailure(new ValidationFailure($"{context.PropertyPath}.{key}", "Must be a token id, a whole number written as a string."));
            }
        });
    }
}
