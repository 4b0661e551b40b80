using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy;

/// <summary>How matching leaves become a score.</summary>
public enum JsonMatchMode
{
    /// <summary>1 when the values are equal, nothing missing and nothing more; else 0.</summary>
    Strict,

    /// <summary>The share of the reference's leaves that match.</summary>
    Partial,
}

/// <summary>Parameters of <see cref="JsonMatchReward"/>.</summary>
public sealed record JsonMatchParams
{
    /// <summary>All or nothing, or a share.</summary>
    [Description("strict: 1 when answer and reference are equal, with nothing missing and nothing more. partial: matching leaves / leaves of the reference.")]
    public JsonMatchMode Mode { get; init; } = JsonMatchMode.Strict;

    /// <summary>Which part of the completion may hold the answer.</summary>
    [Description("Which part of the completion may hold the answer: after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;

    /// <summary>Tolerance of numbers.</summary>
    [Description("Largest difference between numbers that counts as equal.")]
    [Range(0.0, double.MaxValue)]
    public double NumericTolerance { get; init; }

    /// <summary>Whether the order of list items is free.</summary>
    [Description("Compare lists as bags: items in any order. The order of object fields never matters.")]
    public bool IgnoreOrder { get; init; }
}

/// <summary>Whether the JSON that a completion gives is the reference's, field by field.</summary>
/// <remarks>The answer is the last fenced block (one marked json before others), else the last <c>&lt;answer&gt;</c>, else the whole text.</remarks>
public sealed class JsonMatchReward(JsonMatchParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<JsonMatchParams, JsonMatchReward>
    {
        Name = "json_match",
        Version = "2",
        Summary = "Compares the completion's JSON with reference.json, any JSON value, field by field. strict: 1 or 0; partial: the share of leaves that match.",
        Formula = "strict: score = 1[answer = reference]; partial: score = matching leaves / leaves of the reference",
        Source = "the usual check of structured output",
        ReferenceFields = ["json"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        if (sample.ReferenceField("json") is not { } gold)
            return AnswerDetails.Missing("json");
        try
        {
            return Judge(gold, sample.Completion);
        }
        catch (MathBudgetException limit)
        {
            return AnswerDetails.Exhausted(limit.Message);
        }
    }

    private RewardScore Judge(JsonElement gold, string completion)
    {
        if (JsonAnswer.Of(completion, parameters.Scope) is not { } answer)
            return RewardScore.Of(0, "no JSON found", AnswerDetails.Of("no_answer"));
        var comparison = new JsonLeaves(parameters.NumericTolerance, parameters.IgnoreOrder);
        var matched = comparison.Matched(gold, answer);
        if (comparison.IsExhausted)
            return AnswerDetails.Exhausted($"more than {JsonLeaves.Budget} comparisons");
        var (wanted, given) = (JsonLeaves.Count(gold), JsonLeaves.Count(answer));
        var equal = matched == wanted && given == wanted;
        var details = new JsonObject { ["status"] = equal ? "correct" : "incorrect", ["matched"] = matched, ["leaves"] = wanted, ["answer_leaves"] = given };
        var score = parameters.Mode == JsonMatchMode.Partial ? (double)matched / wanted : equal ? 1 : 0;
        return RewardScore.Of(score, $"{matched} of {wanted} leaves match, {given} given", details);
    }
}
