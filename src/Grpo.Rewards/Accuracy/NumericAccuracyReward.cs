using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Grpo.Rewards.Math;
using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Accuracy;

/// <summary>Parameters of <see cref="NumericAccuracyReward"/>.</summary>
public sealed record NumericAccuracyParams
{
    /// <summary>Which part of the completion may hold the answer.</summary>
    [Description("Which part of the completion may hold the answer: after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;

    /// <summary>Whether only announced answers count.</summary>
    [Description("Accept only answers in <answer> tags, in a \\boxed, or announced in words; never the last number of the text.")]
    public bool AnchoredOnly { get; init; }

    /// <summary>Absolute tolerance.</summary>
    [Description("Largest |answer - reference| that counts as equal.")]
    [Range(0.0, double.MaxValue)]
    public double AbsoluteTolerance { get; init; }

    /// <summary>Relative tolerance.</summary>
    [Description("Largest |answer - reference| / |reference| that counts as equal. With both tolerances 0 numbers are compared exactly.")]
    [Range(0.0, 1.0)]
    public double RelativeTolerance { get; init; }
}

/// <summary>1 when the final answer is a number near enough to the reference.</summary>
/// <remarks>For answers that are measured or estimated; <see cref="MathAccuracyReward"/> is for exact mathematics. Only numbers count here: fractions, decimals, percentages, powers of ten, constants such as pi/2.</remarks>
public sealed class NumericAccuracyReward(NumericAccuracyParams parameters) : ISampleReward
{
    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<NumericAccuracyParams, NumericAccuracyReward>
    {
        Name = "numeric_accuracy",
        Version = "2",
        Summary = "1 when the final answer is a number that equals reference.answer (a number, or a list of acceptable ones) within a tolerance, else 0.",
        Formula = "score = 1[|answer - reference| <= max(absolute_tolerance, relative_tolerance |reference|)]",
        Source = "answers that are measured or estimated; exact by default",
        ReferenceFields = ["answer"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample) => ReferenceAnswers.Judge<Quantity>(
        sample, references => [.. references.Select(Number).OfType<Quantity>()], "reference.answer is not a number", completion => AnswerExtractor.Extract(completion, parameters.Scope, parameters.AnchoredOnly), Judge);

    private RewardScore Judge(IReadOnlyList<Quantity> golds, ExtractedAnswer answer)
    {
        if (Number(answer.Text) is not { } number)
            return AnswerDetails.Verdict(false, "the answer is not a number", answer);
        var correct = golds.Any(gold => IsNear(number, gold));
        return AnswerDetails.Verdict(correct, $"{AnswerDetails.Short(answer.Text)} {(correct ? "is near enough to" : "is not near enough to")} {AnswerDetails.Short(golds[0].Text)}", answer);
    }

    private bool IsNear(Quantity number, Quantity gold)
    {
        if (number.Exact is { } a && gold.Exact is { } b && a.Equals(b))
            return true;
        var allowed = double.Max(parameters.AbsoluteTolerance, parameters.RelativeTolerance * double.Abs(gold.Value));
        // Two numbers that differ exactly may still agree as doubles: with tolerance 0 that is not enough.
        return allowed > 0 && double.Abs(number.Value - gold.Value) <= allowed;
    }

    /// <summary>The number before a unit: <c>9.9 m/s^2</c>.</summary>
    private static string? Measured(string text)
    {
        var words = AnswerWords.Words(text);
        return words.Length is 2 or 3 && LastMath.OnlyNumber(words[0]) == words[0] && char.IsLetter(words[1][0]) ? words[0] : null;
    }

    /// <summary>The number in an answer: its exact value when it is rational, and its nearest double; null when it is none or too large.</summary>
    private static Quantity? Number(string text)
    {
        try
        {
            var reading = MathReading.Of(text);
            if (reading.Expression is null or Expr.Relation && LastMath.OnlyNumber(text) is { } only)
                reading = MathReading.Of(only);
            if (reading.Value is { } exact)
                return new(text, exact, (double)exact.Numerator / (double)exact.Denominator);
            if (reading.Expression is { } expression && Approximation.Of(expression) is { } value)
                return new(text, null, value);
            return Measured(text) is { } measured && MathReading.Of(measured).Value is { } size ? new Quantity(text, size, (double)size.Numerator / (double)size.Denominator) : null;
        }
        catch (MathBudgetException)
        {
            return null; // a number of thousands of digits is near nothing that is asked for
        }
    }

    /// <summary>A number as it is written, its exact value when it is rational, and its nearest double.</summary>
    private readonly record struct Quantity(string Text, BigRational? Exact, double Value);
}
