using Grpo.Rewards.Math.Algebra;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Equations and inequalities.</summary>
internal static class Relations
{
    /// <summary>Whether two relations say the same: side by side, turned round, as multiples of each other, or by their solutions.</summary>
    public static bool Same(Equality equality, Expr.Relation gold, Expr.Relation prediction)
    {
        if (gold.Operators.SequenceEqual(prediction.Operators) && Collections.InOrder(equality, gold.Sides, prediction.Sides))
            return true;
        if (gold.Operators.SequenceEqual(prediction.Operators.Reverse().Select(Flip)) && Collections.InOrder(equality, gold.Sides, [.. prediction.Sides.Reverse()]))
            return true;
        if (gold.Operators is [var mine] && prediction.Operators is [var theirs] && Multiple(gold, prediction) is { } factor)
            return factor.Sign > 0 ? mine == theirs : mine == Flip(theirs);
        if (gold.Operators is ["in"] && prediction.Operators.Any(IsInequality) && !equality.Policy.PredictionRelationAsSet)
            return false;
        return gold.Operators.Any(IsSetOf) && prediction.Operators.Any(IsInequality) && SameVariable(gold, prediction) && RealSets.Same(equality, gold, prediction) == true;
    }

    /// <summary>The same relation read from the right.</summary>
    public static string Flip(string op) => op switch { "<" => ">", ">" => "<", "<=" => ">=", ">=" => "<=", "subset" => "supset", "supset" => "subset", "subseteq" => "supseteq", "supseteq" => "subseteq", _ => op };

    /// <summary>Whether the relation orders numbers.</summary>
    public static bool IsInequality(string op) => op is "<" or ">" or "<=" or ">=" or "!=";

    private static bool IsSetOf(string op) => op == "in" || IsInequality(op);

    private static bool SameVariable(Expr a, Expr b)
    {
        List<string> variables = [];
        Structure.Variables(a, variables);
        var count = variables.Count;
        Structure.Variables(b, variables);
        return count == 1 && variables.Count == 1;
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
}
