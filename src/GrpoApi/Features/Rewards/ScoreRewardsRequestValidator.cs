using System.Text.Json;
using FluentValidation;
using Grpo.Rewards;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Rewards;

/// <summary>The rules of a reward request.</summary>
public sealed class ScoreRewardsRequestValidator : AbstractValidator<ScoreRewardsRequest>
{
    /// <summary>States the rules.</summary>
    public ScoreRewardsRequestValidator(IOptions<LimitsOptions> options)
    {
        var limits = options.Value;
        RuleFor(request => request.Rewards).AreRewards(limits.MaxRewards);
        RuleFor(request => request.Samples).NotEmpty().WithMessage("At least one sample is needed.")
            .Must(samples => samples.Count <= limits.MaxSamples).WithMessage(request => $"At most {limits.MaxSamples} samples are allowed, not {request.Samples.Count}.");
        RuleForEach(request => request.Samples).NotNull().SetValidator(new RewardSampleValidator());
    }
}

/// <summary>The rules of one sample.</summary>
public sealed class RewardSampleValidator : AbstractValidator<RewardSample>
{
    /// <summary>States the rules.</summary>
    public RewardSampleValidator()
    {
        RuleFor(sample => sample.Reference).Must(reference => reference is not { ValueKind: not JsonValueKind.Object }).WithMessage("Must be an object.");
        RuleFor(sample => sample.Messages).Must(messages => messages is not { ValueKind: not JsonValueKind.Array }).WithMessage("Must be an array of messages.");
        RuleFor(sample => sample.TokenCount).GreaterThanOrEqualTo(0);
    }
}
