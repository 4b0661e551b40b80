namespace Grpo.Advantages.Estimators;

/// <summary>
/// For proposers and solvers: r - mean over the peers. Peers are the completions of the same agent in the group, and of the same episode too for the agents
/// that <see cref="AdvantageOptions.EpisodeAgents"/> names: solvers are compared on the same proposed problem, proposers across the problems of a task. A
/// completion without peers gets 0. Source: prime-rl's hierarchical_grpo.
/// </summary>
public static class HierarchicalAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        for (var group = 0; group < batch.GroupCount; group++)
        {
            var (start, length) = batch.Group(group).GetOffsetAndLength(batch.Count);
            var peers = Enumerable.Range(start, length).GroupBy(i => (batch.Agents![i], options.EpisodeAgents.Contains(batch.Agents[i]) ? batch.Episodes![i] : null));
            foreach (var members in peers)
            {
                var mean = RewardStatistics.Of([.. members.Select(i => batch.Rewards[i])], options.Ddof).Mean;
                foreach (var i in members) advantages[i] = double.IsNaN(batch.Rewards[i]) ? 0 : batch.Rewards[i] - mean;
            }
        }
    }
}
