namespace Grpo.Advantages.Estimators;

/// <summary>
/// For self-play: the reward above what the completion's agent usually gets, A = r - b with b an exponential moving average of that agent's own rewards, as it
/// was before this one; then b moves to decay b + (1 - decay) r. Source: role-conditioned advantage estimation, SPIRAL, arXiv:2506.24119, as in prime-rl.
/// </summary>
public static class RoleConditionedAdvantage
{
    /// <inheritdoc cref="EstimateAdvantages"/>
    /// <remarks>Completions count in the order of the batch; agents that <see cref="AdvantageOptions.AgentBaselines"/> does not name begin at 0.</remarks>
    public static void Estimate(RewardBatch batch, AdvantageOptions options, Span<double> advantages) => Walk(batch, options, advantages);

    /// <summary>Where the averages stand after the batch, for the next one.</summary>
    public static IReadOnlyDictionary<string, double> Baselines(RewardBatch batch, AdvantageOptions options) => Walk(batch, options, new double[batch.Count]);

    private static Dictionary<string, double> Walk(RewardBatch batch, AdvantageOptions options, Span<double> advantages)
    {
        var baselines = new Dictionary<string, double>(options.AgentBaselines ?? new Dictionary<string, double>());
        for (var i = 0; i < batch.Count; i++)
        {
            var reward = batch.Rewards[i];
            if (double.IsNaN(reward)) continue;
            var baseline = baselines.GetValueOrDefault(batch.Agents![i]);
            advantages[i] = reward - baseline;
            baselines[batch.Agents[i]] = (options.Decay * baseline) + ((1 - options.Decay) * reward);
        }

        return baselines;
    }
}
