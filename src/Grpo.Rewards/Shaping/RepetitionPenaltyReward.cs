using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;

namespace Grpo.Rewards.Shaping;

/// <summary>Parameters of <see cref="RepetitionPenaltyReward"/>, named as in open-r1 and TRL.</summary>
public sealed record RepetitionPenaltyParams
{
    /// <summary>Units of an n-gram.</summary>
    [Description("How many units in a row are compared.")]
    [Range(1, 100)]
    public int NgramSize { get; init; } = 3;

    /// <summary>The penalty of endless repetition.</summary>
    [Description("The penalty that endless repetition comes near; not positive.")]
    [Range(-100.0, 0.0)]
    public double MaxPenalty { get; init; } = -1;

    /// <summary>What a unit is.</summary>
    [Description("words: lower-cased words between white space. characters: code points, for languages that do not put spaces between words.")]
    public RepetitionUnit Unit { get; init; } = RepetitionUnit.Words;
}

/// <summary>A penalty that grows with the share of n-grams that occurred before.</summary>
/// <remarks>
/// Yeo et al. (arXiv:2502.03373 appendix C.2), also <c>repetition_penalty_reward</c> of open-r1 (on words) and TRL (on token ids):
/// <c>max_penalty (1 - unique / total)</c> over all n-grams; 0 when there are fewer than n units.
/// </remarks>
public sealed class RepetitionPenaltyReward(RepetitionPenaltyParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<RepetitionPenaltyParams, RepetitionPenaltyReward>
    {
        Name = "repetition_penalty",
        Version = "1",
        Summary = "max_penalty times the share of n-grams that repeat an earlier one: 0 without repetition, near -1 for endless repetition.",
        Formula = "score = max_penalty * (1 - different n-grams / n-grams), n = ngram_size; 0 with fewer than n units",
        Source = "arXiv:2502.03373 appendix C.2; repetition_penalty_reward of open-r1 (words) and TRL (token ids)",
        Range = new(-1, 0),
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var units = RepetitionUnits.Of(sample.Completion, parameters.Unit);
        var total = units.Length - parameters.NgramSize + 1;
        if (total < 1)
            return RewardScore.Of(0, $"fewer than {parameters.NgramSize} {(parameters.Unit == RepetitionUnit.Words ? "words" : "characters")}");
        var unique = RepetitionUnits.CountUnique(units, parameters.NgramSize);
        var details = new JsonObject { ["ngrams"] = total, ["unique"] = unique };
        return RewardScore.Of(unique == total ? 0 : (1 - ((double)unique / total)) * parameters.MaxPenalty, $"{unique} of {total} {parameters.NgramSize}-grams differ", details);
    }
}
