using Grpo.Rollouts;

namespace GrpoApi.Features.Rollouts;

/// <summary>Samples the groups of one request side by side.</summary>
internal static class GroupSampling
{
    /// <summary>Samples all groups; the first failure, such as a full queue, calls off the others.</summary>
    /// <returns>The groups in the order of the requests.</returns>
    public static async Task<CompletionGroup[]> SampleAllAsync(this IPolicy policy, IReadOnlyList<GroupRequest> requests, CancellationToken cancellationToken)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return await Task.WhenAll(requests.Select(request => SampleAsync(policy, request, together)));
    }

    private static async Task<CompletionGroup> SampleAsync(IPolicy policy, GroupRequest request, CancellationTokenSource together)
    {
        try
        {
            return await policy.SampleAsync(request, together.Token);
        }
        catch
        {
            await together.CancelAsync();
            throw;
        }
    }
}
