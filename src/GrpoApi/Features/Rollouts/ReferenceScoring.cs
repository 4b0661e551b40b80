using Grpo.Engines;
using Grpo.Rollouts;
using GrpoApi.Http;

namespace GrpoApi.Features.Rollouts;

/// <summary>Scores sampled groups under a reference policy, which the KL term of the loss needs.</summary>
/// <param name="policy">The reference.</param>
internal sealed class ReferenceScoring(IScoringPolicy policy)
{
    /// <summary>The reference that a request names; null when it names none.</summary>
    /// <exception cref="PolicyNotFoundException">No policy has that name, or not in that version.</exception>
    /// <exception cref="FluentValidation.ValidationException">It does not fit the policy that samples.</exception>
    public static ReferenceScoring? For(string? name, IPolicy sampler, PolicyCatalog policies)
    {
        if (name is null) return null;
        if (policies.Get(name) is not IScoringPolicy reference) throw RequestValidation.Invalid("reference_policy", $"'{name}' cannot score given tokens.");
        return reference.Info.VocabSize == sampler.Info.VocabSize && reference.Info.ContextLength >= sampler.Info.ContextLength
            ? new ReferenceScoring(reference)
            : throw RequestValidation.Invalid("reference_policy", $"'{name}' has {reference.Info.VocabSize} tokens and a context of {reference.Info.ContextLength}; '{sampler.Info.Name}' has {sampler.Info.VocabSize} and {sampler.Info.ContextLength}.");
    }

    /// <summary>The group with <see cref="Completion.RefLogprobs"/>, at the temperature it was sampled at.</summary>
    public async Task<CompletionGroup> ScoreAsync(CompletionGroup group, GroupRequest request, CancellationToken cancellationToken)
    {
        var scores = await policy.ScoreAsync(
            new ScoreRequest
            {
                PromptTokenIds = group.PromptTokenIds,
                Completions = [.. group.Completions.Select(completion => completion.TokenIds)],
                Temperature = request.Sampling.Temperature,
                Turn = request.Turn,
            },
            cancellationToken);
        return group with { Completions = [.. group.Completions.Zip(scores, (completion, score) => completion with { RefLogprobs = score.Logprobs })] };
    }
}
