using System.Numerics;
using Grpo.Rewards.Math.Algebra;

namespace Grpo.Rewards.Math;

/// <summary>Whether an answer equals the reference, and which rule decided.</summary>
/// <param name="Equal">True when they are the same.</param>
/// <param name="Rule">What decided: exact (two equal rational numbers), tolerance (two different ones), algebra, or text.</param>
public readonly record struct MathVerdict(bool Equal, string Rule);

/// <summary>What counts as equal beyond exact equality.</summary>
public sealed record MathPolicy
{
    /// <summary>Largest |prediction - gold| / |gold| accepted between numbers; 0 means exact.</summary>
    public double RelativeTolerance { get; init; }

    /// <summary>A decimal with at least this many decimals and significant digits equals the exact number that rounds to it; null: never.</summary>
    public int? RoundedDecimals { get; init; } = 6;

    /// <summary>Whether the answer <c>10%</c> also counts as 10 and the other way round.</summary>
    public bool LenientPercent { get; init; }
}

/// <summary>Compares two answers. Exact: numbers are big rationals and are never rounded unless the policy asks for it.</summary>
public static class MathComparer
{
    /// <summary>Compares a prediction with the reference answer.</summary>
    /// <exception cref="MathBudgetException">The comparison is beyond <see cref="MathBudget"/>.</exception>
    public static MathVerdict Compare(MathReading gold, MathReading prediction, MathPolicy policy)
    {
        if (gold.Expression is null || prediction.Expression is null)
            return new(gold.Words.Length > 0 && gold.Words == prediction.Words, "text");

        AlgebraBudget.Start();
        var (left, right) = Assignments.Unwrap(gold.Expression, prediction.Expression);
        var rule = Rule(left, right, policy);
        return new(Same(left, right, policy) || Same(MathReading.WithoutUnit(left), MathReading.WithoutUnit(right), policy), rule);
    }

    private static string Rule(Expr gold, Expr prediction, MathPolicy policy) =>
        ExactValue.Of(gold) is { } a && ExactValue.Of(prediction) is { } b ? (a == b ? "exact" : "tolerance") : "algebra";

    private static bool Same(Expr gold, Expr prediction, MathPolicy policy) => (PlusMinus.Expand(gold), PlusMinus.Expand(prediction)) switch
    {
        (Expr.Compound a, Expr.Compound b) => SameCompound(a, b, policy),
        (Expr.Relation a, Expr.Relation b) => SameRelation(a, b, policy),
        (Expr.Words a, Expr.Words b) => a == b,
        (Expr.Compound or Expr.Relation or Expr.Words, _) or (_, Expr.Compound or Expr.Relation or Expr.Words) => false,
        var (a, b) => SameValue(a, b, policy),
    };

    private static bool SameValue(Expr gold, Expr prediction, MathPolicy policy)
    {
        if (ExactValue.Of(gold) is { } a && ExactValue.Of(prediction) is { } b)
            return a == b || Close(a, b, policy.RelativeTolerance) || IsRounded(gold, prediction, policy) || (policy.LenientPercent && IsPercent(gold) != IsPercent(prediction) && (a * 100 == b || a == b * 100));
        if (NormalForm.Of(gold) is { } left && NormalForm.Of(prediction) is { } right)
            return left.Same(right) || IsRounded(gold, prediction, policy);
        return SameStructure(gold, prediction, policy);
    }

    private static bool IsRounded(Expr gold, Expr prediction, MathPolicy policy) =>
        policy.RoundedDecimals is { } decimals && RoundedDecimal.Matches(gold, prediction, decimals);

    private static bool IsPercent(Expr expr) => expr is Expr.Function { Name: "percent" };

    private static bool Close(BigRational gold, BigRational prediction, double tolerance) =>
        tolerance > 0 && gold.Sign != 0 && ((prediction - gold) / gold).Abs <= FromDouble(tolerance);

    // 2^-50 steps: far below any tolerance that is asked for in practice.
    private static BigRational FromDouble(double value) => new(new BigInteger(double.ScaleB(value, 50)), BigInteger.One << 50);

    /// <summary>For what has no value: infinities, divisions by zero.</summary>
    private static bool SameStructure(Expr gold, Expr prediction, MathPolicy policy) => (gold, prediction) switch
    {
        (Expr.Number a, Expr.Number b) => a.Value == b.Value,
        (Expr.Symbol a, Expr.Symbol b) => a == b,
        (Expr.Operation a, Expr.Operation b) => a.Operator == b.Operator && Same(a.Left, b.Left, policy) && Same(a.Right, b.Right, policy),
        (Expr.Function a, Expr.Function b) => a.Name == b.Name && InOrder(a.Arguments, b.Arguments, policy),
        _ => false,
    };

    private static bool SameCompound(Expr.Compound gold, Expr.Compound prediction, MathPolicy policy)
    {
        if (gold.Open != prediction.Open || gold.Close != prediction.Close)
            return false;
        return gold.Open is '{' or 'u'
            ? Covers(gold.Items, prediction.Items, policy) && Covers(prediction.Items, gold.Items, policy)
            : InOrder(gold.Items, prediction.Items, policy);
    }

    private static bool Covers(IReadOnlyList<Expr> all, IReadOnlyList<Expr> some, MathPolicy policy) => some.All(item => all.Any(other => Same(other, item, policy)));

    private static bool InOrder(IReadOnlyList<Expr> a, IReadOnlyList<Expr> b, MathPolicy policy) => a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second, policy));

    private static bool SameRelation(Expr.Relation gold, Expr.Relation prediction, MathPolicy policy)
    {
        if (gold.Operators.SequenceEqual(prediction.Operators) && InOrder(gold.Sides, prediction.Sides, policy))
            return true;
        if (gold.Operators.SequenceEqual(prediction.Operators.Reverse().Select(Flip)) && InOrder(gold.Sides, [.. prediction.Sides.Reverse()], policy))
            return true;
        return gold.Operators is [var mine] && prediction.Operators is [var theirs] && Multiple(gold, prediction) is { } factor
            && (factor.Sign > 0 ? mine == theirs : mine == Flip(theirs));
    }

    /// <summary>The factor between the two relations brought to the form "something compared with 0"; null when they are no multiples of each other.</summary>
    private static BigRational? Multiple(Expr.Relation gold, Expr.Relation prediction)
    {
        if (Difference(gold) is not { } a || Difference(prediction) is not { } b)
            return null;
        return (a.Numerator * b.Denominator).RatioTo(b.Numerator * a.Denominator);
    }

    private static Quotient? Difference(Expr.Relation relation) => relation.Operators[0] is "=" or "!=" or "<" or ">" or "<=" or ">="
        && NormalForm.Of(relation.Sides[0]) is { } left && NormalForm.Of(relation.Sides[1]) is { } right
            ? left - right
            : null;

    private static string Flip(string op) => op switch { "<" => ">", ">" => "<", "<=" => ">=", ">=" => "<=", _ => op };
}
