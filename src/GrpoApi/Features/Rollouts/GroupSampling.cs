using Grpo.Rollouts;

namespace GrpoApi.Features.Rollouts;

/// <summary>Samples the groups of one request side by side.</summary>
internal static class GroupSampling
{
    /// <summary>Samples all groups; the first failure, such as a full queue, calls off the others.</summary>
    /// <param name="policy">Samples.</param>
    /// <param name="requests">The groups.</param>
    /// <param name="reference">Scores each group as soon as it is sampled; null for no scores.</param>
    /// <param name="cancellationToken">Calls off all.</param>
    /// <returns>The groups in the order of the requests.</returns>
    public static async Task<CompletionGroup[]> SampleAllAsync(this IPolicy policy, IReadOnlyList<GroupRequest> requests, ReferenceScoring? reference, CancellationToken cancellationToken)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return await Task.WhenAll(requests.Select(request => SampleAsync(policy, request, reference, together)));
    }

    /// <summary>Samples one group, and scores it under the reference if there is one.</summary>
    public static async Task<CompletionGroup> SampleAsync(this IPolicy policy, GroupRequest request, ReferenceScoring? reference, CancellationToken cancellationToken)
    {
        var group = await policy.SampleAsync(request, cancellationToken);
        return reference is null ? group : await reference.ScoreAsync(group, request, cancellationToken);
    }

    private static async Task<CompletionGroup> SampleAsync(IPolicy policy, GroupRequest request, ReferenceScoring? reference, CancellationTokenSource together)
    {
        try
        {
            return await policy.SampleAsync(request, reference, together.Token);
        }
        catch
        {
            await together.CancelAsync();
            throw;
        }
    }
}
