namespace Grpo.Bench.GroupAttention;

/// <summary>A rollout of one group: everything ends at the same length, so that all engines do the same work.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="NewTokens">Tokens of each completion.</param>
/// <param name="GroupSize">G.</param>
internal sealed record RolloutShape(int PromptTokens, int NewTokens, int GroupSize)
{
    /// <summary>Completion tokens in all.</summary>
    public int CompletionTokens => NewTokens * GroupSize;

    /// <inheritdoc/>
    public override string ToString() => $"prompt {PromptTokens}, {NewTokens} new, group {GroupSize}";
}
