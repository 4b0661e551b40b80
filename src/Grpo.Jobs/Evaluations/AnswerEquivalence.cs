using Grpo.Rewards.Accuracy;
using Grpo.Rewards.Math;

namespace Grpo.Jobs.Evaluations;

/// <summary>Which answers vote together: those that are the same mathematics, else the same words.</summary>
internal static class AnswerEquivalence
{
    private static readonly MathPolicy Policy = new();

    /// <summary>The final answer of a completion; null when it has none.</summary>
    public static string? Of(string completion) => AnswerExtractor.Extract(completion)?.Text;

    /// <summary>Whether two answers mean the same; answers too large to compare do only when they are the same text.</summary>
    public static bool Same(string one, string other)
    {
        try
        {
            return MathComparer.Compare(MathReading.Of(one), MathReading.Of(other), Policy).Equal;
        }
        catch (MathBudgetException)
        {
            return false;
        }
    }
}
