using System.Security.Cryptography;
using FluentValidation;
using FluentValidation.Results;
using Grpo.Rollouts;
using GrpoApi.Features.Policies;

namespace GrpoApi.Features.Rollouts;

/// <summary>A rollout request as one policy understands it: tokens for prompts, ids for keys, a seed.</summary>
/// <param name="Seed">The caller's seed, or the one drawn.</param>
/// <param name="Groups">One group to be sampled per prompt.</param>
internal sealed record RolloutPlan(long Seed, IReadOnlyList<GroupRequest> Groups)
{
    /// <summary>Plans a validated request.</summary>
    /// <exception cref="ValidationException">The policy cannot take it: a token id outside the vocabulary, a prompt that fills the context, or messages its template refuses.</exception>
    public static RolloutPlan For(RolloutsRequest request, IPolicy policy)
    {
        var problems = new List<ValidationFailure>();
        var sampling = request.Sampling.ToOptions();
        problems.AddRange(PromptRules.OutsideVocabulary(sampling.StopTokenIds, "sampling.stop_token_ids", policy.Info));
        problems.AddRange(sampling.LogitBias.Keys.Where(id => id >= policy.Info.VocabSize).Select(id =>
            new ValidationFailure($"sampling.logit_bias.{id}", $"The policy '{policy.Info.Name}' has the token ids 0 to {policy.Info.VocabSize - 1}.")));

        // 31 bits: exact also for clients that read every JSON number as a double.
        var seed = request.Sampling.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var turn = new object();
        var groups = new GroupRequest[request.Prompts.Count];
        for (var index = 0; index < groups.Length; index++)
        {
            groups[index] = new GroupRequest
            {
                PromptTokenIds = PromptTokens(request.Prompts[index], $"prompts[{index}]", policy, problems),
                GroupSize = request.GroupSize,
                Sampling = sampling,
                Seed = seed,
                PromptIndex = index,
                Turn = turn,
                IncludeEntropy = request.Include.Contains(RolloutField.Entropy),
            };
        }

        return problems.Count == 0 ? new RolloutPlan(seed, groups) : throw new ValidationException(problems);
    }

    private static int[] PromptTokens(RolloutPrompt prompt, string path, IPolicy policy, List<ValidationFailure> problems)
    {
        var (field, tokenIds) = prompt switch
        {
            { TokenIds: { } given } => ("token_ids", [.. given]),
            { Text: { } text } => ("text", policy.Tokenizer.Encode(text, addSpecialTokens: false)),
            _ => ("messages", policy.Tokenizer.Encode(PromptRules.Render(policy.Tokenizer, new ChatRequest { Messages = prompt.Messages! }, $"{path}.messages"), addSpecialTokens: false)),
        };
        problems.AddRange(PromptRules.OutsideVocabulary(tokenIds, $"{path}.{field}", policy.Info));
        if (PromptLength.Problem(tokenIds.Length, policy.Info) is { } problem)
        {
            problems.Add(new ValidationFailure($"{path}.{field}", problem));
        }

        return tokenIds;
    }
}
