using Grpo.Rollouts;

namespace GrpoApi.Features.Rollouts;

/// <summary>Figures about the completions of a request, under TRL's names.</summary>
internal static class CompletionMetrics
{
    /// <summary>Lengths in tokens, and <c>clipped_ratio</c>, the share of completions that ended by length.</summary>
    public static Dictionary<string, double?> Of(IReadOnlyCollection<Completion> completions) => new()
    {
        ["completions/mean_length"] = completions.Average(completion => completion.TokenIds.Length),
        ["completions/min_length"] = completions.Min(completion => completion.TokenIds.Length),
        ["completions/max_length"] = completions.Max(completion => completion.TokenIds.Length),
        ["completions/clipped_ratio"] = completions.Average(completion => completion.FinishReason == FinishReason.Length ? 1.0 : 0.0),
    };
}
