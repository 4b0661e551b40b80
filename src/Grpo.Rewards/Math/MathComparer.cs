namespace Grpo.Rewards.Math;

/// <summary>Whether an answer equals the reference, and which rule decided.</summary>
/// <param name="Equal">True when they are the same.</param>
/// <param name="Rule">exact, tolerance, structure, or text.</param>
public readonly record struct MathVerdict(bool Equal, string Rule);

/// <summary>What counts as equal beyond exact equality.</summary>
public sealed record MathPolicy
{
    /// <summary>Largest |prediction - gold| / |gold| accepted between numbers; 0 means exact.</summary>
    public double RelativeTolerance { get; init; }

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
        var words = gold.Expression is null || prediction.Expression is null || gold.Text.All(char.IsLetter);
        if (words && string.Equals(gold.Text, prediction.Text, StringComparison.OrdinalIgnoreCase))
            return new(gold.Text.Length > 0, "text");
        if (gold.Expression is null || prediction.Expression is null)
            return new(false, "text");

        var (left, right) = (gold.Expression, prediction.Expression);
        if (left is not Expr.Relation)
            right = LastSide(right);
        if (right is not Expr.Relation && left is Expr.Relation)
            left = Assigned(left);
        if (Same(left, right, policy))
            return new(true, Rule(left, right, policy));
        return new(Same(MathReading.WithoutUnit(left), MathReading.WithoutUnit(right), policy), Rule(left, right, policy));
    }

    private static string Rule(Expr gold, Expr prediction, MathPolicy policy) =>
        ExactValue.Of(gold) is { } a && ExactValue.Of(prediction) is { } b ? (a != b && policy.RelativeTolerance > 0 ? "tolerance" : "exact") : "structure";

    /// <summary>A chain of equalities, or an assignment, stands for its last side: <c>x = 10 + 5 = 15</c> is 15; <c>5 = x</c> is 5.</summary>
    private static Expr LastSide(Expr expr)
    {
        if (expr is not Expr.Relation { Operators: var operators, Sides: var sides } || operators.Any(op => op != "=") || ExactValue.Of(sides[0]) is not null && ExactValue.Of(sides[^1]) is null && sides.Count > 2)
            return expr;
        return sides.Count == 2 && sides[1] is Expr.Symbol ? sides[0] : sides[^1];
    }

    private static Expr Assigned(Expr expr) => expr is Expr.Relation { Sides: [Expr.Symbol, var value], Operators: ["="] or ["in"] } ? value
        : expr is Expr.Relation { Sides: [var first, Expr.Symbol], Operators: ["="] } ? first : expr;

    private static bool Same(Expr gold, Expr prediction, MathPolicy policy) => (gold, prediction) switch
    {
        (Expr.Compound a, Expr.Compound b) => SameCompound(a, b, policy),
        (Expr.Relation a, Expr.Relation b) => SameRelation(a, b, policy),
        (Expr.Words a, Expr.Words b) => a == b,
        (Expr.Compound or Expr.Relation or Expr.Words, _) or (_, Expr.Compound or Expr.Relation or Expr.Words) => false,
        _ => SameValue(gold, prediction, policy),
    };

    private static bool SameValue(Expr gold, Expr prediction, MathPolicy policy)
    {
        if (ExactValue.Of(gold) is not { } a || ExactValue.Of(prediction) is not { } b)
            return SameStructure(gold, prediction, policy);
        if (a == b || Close(a, b, policy.RelativeTolerance))
            return true;
        var percent = IsPercent(gold) != IsPercent(prediction);
        return percent && policy.LenientPercent && (a * 100 == b || a == b * 100);
    }

    private static bool IsPercent(Expr expr) => expr is Expr.Function { Name: "percent" };

    private static bool Close(BigRational gold, BigRational prediction, double tolerance) =>
        tolerance > 0 && gold.Sign != 0 && ((prediction - gold) / gold).Abs <= FromDouble(tolerance);

    // 2^-50 steps: far below any tolerance that is asked for in practice.
    private static BigRational FromDouble(double value) => new(new System.Numerics.BigInteger(double.ScaleB(value, 50)), System.Numerics.BigInteger.One << 50);

    private static bool SameStructure(Expr gold, Expr prediction, MathPolicy policy) => (gold, prediction) switch
    {
        (Expr.Number a, Expr.Number b) => a.Value == b.Value,
        (Expr.Symbol a, Expr.Symbol b) => a == b,
        (Expr.Operation a, Expr.Operation b) when a.Operator == b.Operator =>
            (Same(a.Left, b.Left, policy) && Same(a.Right, b.Right, policy)) || (a.Operator is '+' or '*' && Same(a.Left, b.Right, policy) && Same(a.Right, b.Left, policy)),
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

    private static bool SameRelation(Expr.Relation gold, Expr.Relation prediction, MathPolicy policy) =>
        (gold.Operators.SequenceEqual(prediction.Operators) && InOrder(gold.Sides, prediction.Sides, policy))
        || (gold.Operators.SequenceEqual(prediction.Operators.Reverse().Select(Flip)) && InOrder(gold.Sides, [.. prediction.Sides.Reverse()], policy));

    private static string Flip(string op) => op switch { "<" => ">", ">" => "<", "<=" => ">=", ">=" => "<=", _ => op };
}
