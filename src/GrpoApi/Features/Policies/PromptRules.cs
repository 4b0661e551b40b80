using System.Text.Json.Nodes;
using FluentValidation;
using FluentValidation.Results;
using Grpo.Rollouts;
using GrpoApi.Http;

namespace GrpoApi.Features.Policies;

/// <summary>What a prompt must satisfy, in whichever request it comes.</summary>
internal static class PromptRules
{
    /// <summary>A conversation has at least one message, and each has a role. The chat template judges the rest.</summary>
    public static void AreMessages<T>(this IRuleBuilder<T, IReadOnlyList<JsonObject>?> rule) => rule.Custom((messages, context) =>
    {
        if (messages is { Count: 0 })
        {
            context.AddFailure("A conversation needs at least one message.");
        }

        for (var index = 0; index < messages?.Count; index++)
        {
            // A null in a list gets past the reader, which checks properties only.
            if (messages[index] is not { } message)
            {
                context.AddFailure(new ValidationFailure($"{context.PropertyPath}[{index}]", "Must be an object with a role."));
            }
            else if (message["role"] is not JsonValue role || !role.TryGetValue<string>(out var name) || name.Length == 0)
            {
                context.AddFailure(new ValidationFailure($"{context.PropertyPath}[{index}].role", "A message needs a role, such as user."));
            }
        }
    });

    /// <summary>The ids that the policy's vocabulary does not have.</summary>
    /// <param name="tokenIds">The caller's ids.</param>
    /// <param name="path">Where the caller wrote them.</param>
    /// <param name="policy">The policy.</param>
    public static IEnumerable<ValidationFailure> OutsideVocabulary(IReadOnlyList<int> tokenIds, string path, PolicyInfo policy) => tokenIds
        .Index()
        .Where(token => token.Item < 0 || token.Item >= policy.VocabSize)
        .Select(token => new ValidationFailure($"{path}[{token.Index}]", $"The policy '{policy.Name}' has the token ids 0 to {policy.VocabSize - 1}, not {token.Item}."));

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="ValidationException">The template refused it; the message says why.</exception>
    public static string Render(IPolicyTokenizer tokenizer, ChatRequest conversation, string path)
    {
        try
        {
            return tokenizer.RenderChat(conversation);
        }
        catch (ChatTemplateException refusal)
        {
            throw RequestValidation.Invalid(path, refusal.Message);
        }
    }
}
