using Grpo.Rewards.Math.Comparison;

namespace Grpo.Rewards.Math;

/// <summary>Whether an answer equals the reference, and which rule decided.</summary>
/// <param name="Equal">True when they are the same.</param>
/// <param name="Rule">
/// What decided: <c>text</c> (words), <c>structure</c> (written alike), <c>exact</c> (rational numbers), <c>interval</c> (bounds of irrational numbers),
/// <c>algebra</c> (normal forms), <c>probabilistic</c> (values at random points), <c>unit</c>, <c>form</c> (not simplified), or a policy: <c>tolerance</c>, <c>rounded</c>, <c>percent</c>.
/// Of the parts of a collection, the weakest rule.
/// </param>
public readonly record struct MathVerdict(bool Equal, string Rule);

/// <summary>Compares two answers. Exact: numbers are big rationals and are never rounded unless the policy asks for it.</summary>
public static class MathComparer
{
    /// <summary>Compares a prediction with the reference answer.</summary>
    /// <exception cref="MathBudgetException">The comparison is beyond <see cref="MathBudget"/>.</exception>
    public static MathVerdict Compare(MathReading gold, MathReading prediction, MathPolicy policy)
    {
        if (policy.RequireSimplified && gold.Text != prediction.Text && (!Simplicity.Holds(prediction) && Simplicity.Holds(gold)))
            return new(false, "form");
        if (gold.Expression is null || prediction.Expression is null)
            return new(WordLists.Same(gold, prediction, policy), "text");
        if (gold.Value is { } exact && prediction.Value is { } value && exact == value && !(policy.CompareUnits && gold.Unit.Length > 0 && prediction.Unit.Length > 0))
            return new(true, "exact");
        MathWork.Start();
        var first = Compare(gold, gold.Expression, prediction, prediction.Expression, policy);
        if (first.Equal)
            return first;
        foreach (var other in prediction.Alternatives)
        {
            if (Compare(gold, gold.Expression, prediction, other, policy) is { Equal: true } equal)
                return equal;
        }
        foreach (var other in gold.Alternatives)
        {
            // The gold 1, 2 is two numbers, whatever the prediction says.
            if (other is not Expr.Number && Compare(gold, other, prediction, prediction.Expression, policy) is { Equal: true } equal)
                return equal;
        }
        return first;
    }

    private static MathVerdict Compare(MathReading gold, Expr a, MathReading prediction, Expr b, MathPolicy policy)
    {
        (a, b) = (Adapt(a, policy), Adapt(b, policy));
        if (policy.CompareUnits && gold.Unit.Length > 0 && prediction.Unit.Length > 0 && Units.Factor(gold.Unit, prediction.Unit) is { } factor && factor != 1)
            return new(new Equality(policy).Same(Quantities.WithoutUnit(a), new Expr.Operation('*', Quantities.WithoutUnit(b), new Expr.Number(factor))), "unit");
        var (left, right) = Assignments.Unwrap(a, b, policy);
        var equality = new Equality(policy);
        if (equality.Same(left, right))
            return new(true, equality.Rule);
        var rule = equality.Rule;
        // Where the reference is a number, a letter behind the same number is its unit.
        var (bareLeft, bareRight) = (Quantities.IsSpaced(gold.Text) ? Quantities.WithoutUnit(left) : left, Quantities.WithoutUnit(right));
        if (ReferenceEquals(bareLeft, left) && ReferenceEquals(bareRight, right))
            return new(false, rule);
        return new(new Equality(policy).Same(bareLeft, bareRight), rule);
    }

    /// <summary>The expression in which the policy's meaning of letters and degrees is written out.</summary>
    private static Expr Adapt(Expr expr, MathPolicy policy)
    {
        if (!policy.CaseSensitiveSymbols)
            expr = Structure.Rewrite(expr, part => part is Expr.Symbol symbol ? new Expr.Symbol(symbol.Name.ToLowerInvariant()) : part);
        if (!policy.ComplexI)
            expr = Structure.Rewrite(expr, part => part is Expr.Symbol { Name: "i" } ? new Expr.Symbol("i_") : part);
        return policy.BareDegrees
            ? expr
            : Structure.Rewrite(expr, part => part is Expr.Function { Name: "degree", Arguments: [var x] } ? new Expr.Operation('*', x, new Expr.Operation('/', new Expr.Symbol("pi"), new Expr.Number(180))) : part);
    }
}
