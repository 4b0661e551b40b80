using System.Collections.Concurrent;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy;

/// <summary>1 when the final answer of a completion equals the reference answer, 0 when it does not or there is none.</summary>
/// <remarks>The accuracy reward of DeepSeek-R1 (arXiv:2501.12948 section 2.2) for mathematics: rule-based, with exact arithmetic.</remarks>
public sealed class MathAccuracyReward(MathAccuracyParams parameters) : ISampleReward
{
    private const int CachedReferences = 4_096;

    private readonly ConcurrentDictionary<string, MathReading?> _readings = new();
    private readonly MathPolicy _policy = parameters.Policy();

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<MathAccuracyParams, MathAccuracyReward>
    {
        Name = "math_accuracy",
        Version = "2",
        Summary = "1 when the final mathematical answer equals reference.answer (a string, a number, or a list of acceptable ones), else 0. Numbers are compared exactly however they are written; expressions, equations, intervals, sets, tuples and matrices by algebra; words as words.",
        Formula = "score = 1[answer = reference], exactly; with a tolerance 1[|answer - reference| <= relative_tolerance |reference|]",
        Source = "DeepSeek-R1, arXiv:2501.12948 section 2.2, accuracy reward",
        ReferenceFields = ["answer"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var golds = ReferenceAnswers.Of(sample);
        if (golds.Count == 0)
            return AnswerDetails.Missing("answer");
        if (AnswerDetails.TooLong(sample) is { } tooLong)
            return tooLong;
        if (AnswerExtractor.Extract(sample.Completion, parameters.Scope, parameters.AnchoredOnly) is not { } answer)
            return AnswerDetails.NoAnswer();
        try
        {
            return Judge(golds, answer);
        }
        catch (MathBudgetException limit)
        {
            return AnswerDetails.Exhausted(limit.Message, answer);
        }
    }

    private RewardScore Judge(IReadOnlyList<string> golds, ExtractedAnswer answer)
    {
        var joined = parameters.JoinBoxes == BoxJoining.Last ? null : answer.Joined;
        var prediction = MathReading.Of(parameters.JoinBoxes == BoxJoining.Adjacent && joined is not null ? joined : answer.Text);
        MathReading? gold = null;
        MathVerdict verdict = default;
        foreach (var reference in golds)
        {
            if (Read(reference) is not { } reading)
                continue;
            (gold, verdict) = (reading, MathComparer.Compare(reading, prediction, _policy));
            // What stands outside of the box: a percent sign, or the other boxes of one answer.
            foreach (var other in (ReadOnlySpan<string?>)[answer.Percent, joined])
            {
                if (verdict.Equal || other is null)
                    continue;
                var wider = MathReading.Of(other);
                if (MathComparer.Compare(reading, wider, _policy) is { Equal: true } equal)
                    (prediction, verdict) = (wider, equal);
            }
            if (verdict.Equal)
                break;
        }
        if (gold is null)
            return RewardScore.None("reference.answer could not be read", AnswerDetails.Of("gold_unparseable", answer));
        var details = AnswerDetails.Of(verdict.Equal ? "correct" : "incorrect", answer);
        details["gold"] = gold.Canonical;
        details["prediction"] = prediction.Canonical;
        details["rule"] = verdict.Rule;
        return RewardScore.Of(verdict.Equal ? 1 : 0, $"{AnswerDetails.Short(prediction.Canonical)} {(verdict.Equal ? "equals" : "does not equal")} {AnswerDetails.Short(gold.Canonical)}", details);
    }

    private MathReading? Read(string reference)
    {
        if (_readings.TryGetValue(reference, out var known))
            return known;
        MathReading? reading;
        try
        {
            reading = MathReading.Of(reference);
        }
        catch (MathBudgetException)
        {
            reading = null; // the reference is the caller's: not the completion's fault, so no score
        }
        if (_readings.Count < CachedReferences)
            _readings.TryAdd(reference, reading);
        return reading;
    }
}
