namespace Grpo.Rollouts;

/// <summary>What a policy can take.</summary>
public static class PromptLength
{
    /// <summary>Why a prompt is too short or too long for the policy; null when it fits.</summary>
    /// <param name="tokens">Length of the prompt in tokens.</param>
    /// <param name="policy">The policy.</param>
    public static string? Problem(int tokens, PolicyInfo policy) => tokens == 0
        ? "A prompt needs at least one token."
        : tokens < policy.ContextLength
            ? null
            : $"The prompt has {tokens} tokens; the context of '{policy.Name}' is {policy.ContextLength}, of which a completion needs at least one.";
}
