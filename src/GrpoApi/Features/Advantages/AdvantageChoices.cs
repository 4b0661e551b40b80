using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Grpo.Advantages;

namespace GrpoApi.Features.Advantages;

/// <summary>How rewards become advantages.</summary>
public record AdvantageChoices
{
    /// <summary>
    /// The estimator, with mean and std taken over the group. grpo: (r - mean) / (std + std_epsilon). dr_grpo: r - mean. rloo: r - mean of the others.
    /// gdpo: each of several scores is normalised in the group, their weighted sum over the batch. opo: r - mean weighted by lengths.
    /// gpg: (r - mean) / share of non-zero rewards in the batch. grpo_passk: only the best earns, (r - second best) / (std + std_epsilon).
    /// maxrl: (r - mean) / mean. remax: r - baseline. Per token, from token_rewards: reinforce_plus_plus (discounted returns, whitened over the batch),
    /// reinforce_plus_plus_baseline (r - mean, whitened), gae (from values too, whitened), optimal_token_baseline (return minus the baseline of least variance at
    /// each token) and tir_optimal_token_baseline (the same counted in tokens of the policy, across tool output). For several agents: rae (r - moving average of
    /// the agent's rewards), hierarchical_grpo (r - mean of the same agent, for some agents in the same episode).
    /// </summary>
    /// <example>grpo</example>
    [DefaultValue("grpo")]
    public string Estimator { get; init; } = "grpo";

    /// <summary>
    /// The spread that grpo divides by: that of the group (the default), of the batch, or none. Under rloo, batch standardises the advantages over the
    /// batch; under grpo_passk, none leaves the division out; under gdpo, none leaves out the standardisation over the batch. The other estimators have no such
    /// choice and ignore it.
    /// </summary>
    /// <example>group</example>
    public RewardScaling? ScaleRewards { get; init; }

    /// <summary>Added to the standard deviation before dividing by it. TRL 1e-4, verl 1e-6.</summary>
    /// <example>0.0001</example>
    [Range(0, double.MaxValue)]
    [DefaultValue(AdvantageOptions.DefaultStdEpsilon)]
    public double StdEpsilon { get; init; } = AdvantageOptions.DefaultStdEpsilon;

    /// <summary>The variance divides by the number of rewards minus this: 1 (sample) or 0 (population).</summary>
    /// <example>1</example>
    [Range(0, 1)]
    [DefaultValue(1)]
    public int Ddof { get; init; } = 1;

    /// <summary>How grpo treats several scores: sum them, then normalise the sums (the default); or normalise each, then sum (which is gdpo).</summary>
    /// <example>sum_then_normalize</example>
    public MultiObjectiveAggregation MultiObjectiveAggregation { get; init; }

    /// <summary>Weight of each named score; 1 for a score that is not named. Without scores it has no effect.</summary>
    /// <example>{"accuracy": 1.0, "format": 0.5}</example>
    public IReadOnlyDictionary<string, double>? Weights { get; init; }

    /// <summary>What the only completion of a group gets: zero (TRL) or its reward (verl, SkyRL).</summary>
    /// <example>zero</example>
    [DefaultValue(SingletonAdvantage.Zero)]
    public SingletonAdvantage Singleton { get; init; }

    /// <summary>grpo and gdpo: mean and std of each completion are those of the others in its group (NeMo-RL).</summary>
    /// <example>false</example>
    public bool LeaveOneOut { get; init; }

    /// <summary>grpo: subtract the mean of the batch instead of the group's (AReaL's mean_level batch).</summary>
    /// <example>false</example>
    public bool BatchMean { get; init; }

    /// <summary>gpg: what the advantages are divided by, above 0.</summary>
    /// <example>1.0</example>
    [DefaultValue(1.0)]
    public double FNorm { get; init; } = 1;

    /// <summary>
    /// Token advantages gain this times what the token's old_logprob - ref_logprob lies below the mean over the batch's tokens (Tinker cookbook); other than 0
    /// it needs mask, old_logprobs and ref_logprobs.
    /// </summary>
    /// <example>0.0</example>
    public double KlPenaltyCoef { get; init; }

    /// <summary>maxrl: added to the mean that is divided by (SkyRL 1e-6).</summary>
    /// <example>0.0</example>
    [Range(0, double.MaxValue)]
    public double MeanEpsilon { get; init; }

    /// <summary>Whether the advantages are spread over the tokens of the mask and whitened over the batch (verl's gdpo).</summary>
    /// <example>false</example>
    public bool WhitenTokens { get; init; }

    /// <summary>The variance that token advantages are whitened by: sample (verl), population (OpenRLHF), or none.</summary>
    /// <example>sample</example>
    [DefaultValue(WhiteningVariance.Sample)]
    public WhiteningVariance Whitening { get; init; }

    /// <summary>Token-level estimators: discount of later rewards, in [0, 1].</summary>
    /// <example>1.0</example>
    [Range(0, 1)]
    [DefaultValue(1.0)]
    public double Gamma { get; init; } = 1;

    /// <summary>gae: weight of longer horizons, in [0, 1].</summary>
    /// <example>0.95</example>
    [Range(0, 1)]
    [DefaultValue(0.95)]
    public double Lambda { get; init; } = 0.95;

    /// <summary>rae: how much of an agent's average stays when a reward comes in, in [0, 1).</summary>
    /// <example>0.95</example>
    [Range(0, 1)]
    [DefaultValue(0.95)]
    public double Decay { get; init; } = 0.95;

    /// <summary>rae: the agents' averages before this batch, as the last answer gave them; an agent that is missing begins at 0.</summary>
    /// <example>null</example>
    public IReadOnlyDictionary<string, double>? AgentBaselines { get; init; }

    /// <summary>hierarchical_grpo: the agents that are compared within their episode; null: solver.</summary>
    /// <example>null</example>
    public IReadOnlyList<string>? EpisodeAgents { get; init; }

    /// <summary>The settings alone.</summary>
    internal AdvantageChoices Choices => new(this);

    /// <summary>Whether the estimator works token by token.</summary>
    internal bool IsPerToken => TokenAdvantageEstimators.All.TryGet(Estimator, out _);
}
