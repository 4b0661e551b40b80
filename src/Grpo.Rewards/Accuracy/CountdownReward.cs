using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Numerics;
using System.Text.Json;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy;

/// <summary>How often the numbers of the game are to be used.</summary>
public enum CountdownUse
{
    /// <summary>Each exactly once.</summary>
    ExactlyOnce,

    /// <summary>Each at most once.</summary>
    AtMostOnce,
}

/// <summary>Parameters of <see cref="CountdownReward"/>.</summary>
public sealed record CountdownParams
{
    /// <summary>How often each number is used.</summary>
    [Description("Whether each of reference.numbers is to be used exactly_once or at_most_once.")]
    public CountdownUse Use { get; init; } = CountdownUse.ExactlyOnce;

    /// <summary>What a well-formed but wrong answer gets.</summary>
    [Description("Score of a sum that can be computed but is wrong, in value or in its numbers. TinyZero: 0.1.")]
    [Range(0.0, 1.0)]
    public double WrongScore { get; init; }

    /// <summary>Which part of the completion may hold the answer.</summary>
    [Description("Which part of the completion may hold the answer: after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;
}

/// <summary>1 when a sum of the given numbers makes the target.</summary>
/// <remarks>The Countdown task of TinyZero and reasoning-gym, with a tokenizer of its own and exact fractions instead of evaluating the model's text. A trailing <c>= 24</c> is allowed when it is true.</remarks>
public sealed class CountdownReward(CountdownParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<CountdownParams, CountdownReward>
    {
        Name = "countdown",
        Version = "1",
        Summary = "1 when the final answer is a sum (+ - * / and brackets) of reference.numbers that makes reference.target, else 0. Without a tag, box or announcement the last line is the answer.",
        Formula = "score = 1 when value = target and the numbers are used as asked, wrong_score for any other sum that can be computed, else 0",
        Source = "TinyZero and reasoning-gym, the Countdown task",
        ReferenceFields = ["numbers", "target"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        if (Whole(sample.ReferenceField("target")) is not { } target)
            return AnswerDetails.Missing("target");
        if (sample.ReferenceField("numbers") is not { ValueKind: JsonValueKind.Array } list || list.EnumerateArray().Any(item => Whole(item) is null))
            return AnswerDetails.Unusable("reference.numbers must be a list of whole numbers");
        if (AnswerExtractor.ExtractText(sample.Completion, parameters.Scope) is not { } answer)
            return AnswerDetails.NoAnswer();
        if (answer.Source == "whole")
            answer = answer with { Text = answer.Text[(answer.Text.LastIndexOf('\n') + 1)..] };
        try
        {
            return Judge(answer, [.. list.EnumerateArray().Select(item => Whole(item)!.Value)], target);
        }
        catch (MathBudgetException limit)
        {
            return AnswerDetails.Exhausted(limit.Message, answer);
        }
    }

    private RewardScore Judge(ExtractedAnswer answer, List<BigInteger> numbers, BigInteger target)
    {
        var sides = answer.Text.Split('=');
        if (sides.Length > 2 || CountdownExpression.Evaluate(sides[0]) is not { } sum)
            return AnswerDetails.Verdict(false, "the answer is no sum of whole numbers", answer);
        if (sides.Length == 2 && !(CountdownExpression.Evaluate(sides[1]) is { } claimed && claimed.Value.Equals(sum.Value)))
            return Wrong("the sum is not what the answer says it is", answer);
        if (!Allowed(sum.Numbers, numbers))
            return Wrong("the sum does not use the numbers given", answer);
        return sum.Value.Equals(new BigRational(target, 1)) ? AnswerDetails.Verdict(true, $"the sum makes {target}", answer) : Wrong($"the sum makes {AnswerDetails.Short(sum.Value.ToString())}, not {target}", answer);
    }

    private RewardScore Wrong(string reason, ExtractedAnswer answer) => AnswerDetails.Verdict(false, reason, answer) with { Score = parameters.WrongScore };

    private bool Allowed(List<BigInteger> used, List<BigInteger> numbers)
    {
        var left = numbers.ToList();
        return used.TrueForAll(left.Remove) && (parameters.Use == CountdownUse.AtMostOnce || left.Count == 0);
    }

    private static BigInteger? Whole(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var whole) ? whole : null;
}
