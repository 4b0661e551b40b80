using System.Numerics;
using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>The stages of one comparison: form, exact numbers, intervals, normal forms, values at random points; collections part by part.</summary>
internal sealed class Equality(MathPolicy policy)
{
    private static readonly string[] Strengths = ["structure", "exact", "interval", "algebra", "probabilistic", "tolerance", "percent", "rounded"];
    private int _strength;
    private string? _refusal;

    /// <summary>The weakest rule that the equal parts needed, or what told the different ones apart.</summary>
    public string Rule => _refusal ?? Strengths[_strength];

    /// <summary>The policy that is followed.</summary>
    public MathPolicy Policy => policy;

    /// <summary>Whether two expressions are the same answer.</summary>
    public bool Same(Expr gold, Expr prediction)
    {
        if (Structure.Same(gold, prediction))
            return true;
        return (PlusMinus.Expand(Matrices.Evaluate(gold)), PlusMinus.Expand(Matrices.Evaluate(prediction))) switch
        {
            (Expr.Words a, Expr.Words b) => a.Value.Equals(b.Value, policy.CaseSensitiveText ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase),
            (Expr.Words, _) or (_, Expr.Words) => Refuse("structure"),
            (Expr.Compound { Open: ':' } a, Expr.Compound { Open: ':' } b) => Collections.Ratios(this, a, b),
            (Expr.Compound { Open: ':', Items: [var top, var bottom] }, var b and not (Expr.Compound or Expr.Relation)) => SameValue(new Expr.Operation('/', top, bottom), b),
            (var a and not (Expr.Compound or Expr.Relation), Expr.Compound { Open: ':', Items: [var top, var bottom] }) => SameValue(a, new Expr.Operation('/', top, bottom)),
            (Expr.Relation a, Expr.Relation b) => Relations.Same(this, a, b),
            (Expr.Relation a, var b) => ((policy.GoldRelationAsSet || IsCondition(b)) && RealSets.Same(this, a, b) == true) || Refuse("structure"),
            (var a, Expr.Relation b) => ((policy.PredictionRelationAsSet || IsCondition(a)) && RealSets.Same(this, a, b) == true) || Refuse("structure"),
            (Expr.Compound { Open: '{' or ',', Items: [var only] }, Expr.Compound { Open: not ('{' or ',') } b) => Same(only, b),
            (Expr.Compound { Open: not ('{' or ',') } a, Expr.Compound { Open: '{' or ',', Items: [var only] }) => Same(a, only),
            (Expr.Compound a, Expr.Compound b) => Collections.Same(this, a, b) || Refuse("structure"),
            (Expr.Compound { Open: '{' or ',', Items: [var only] }, var b) => Same(only, b),
            (var a, Expr.Compound { Open: '{' or ',', Items: [var only] }) => Same(a, only),
            (Expr.Compound a, var b) => (IsSet(b) && RealSets.Same(this, a, b) == true) || Refuse("structure"),
            (var a, Expr.Compound b) => (IsSet(a) && RealSets.Same(this, a, b) == true) || Refuse("structure"),
            var (a, b) => SameValue(a, b),
        };
    }

    /// <summary>Whether a list is of inequalities: "x &lt; 1 or x &gt; 2".</summary>
    private static bool IsCondition(Expr expr) => expr is Expr.Compound { Open: ',' } list && list.Items.All(item => item is Expr.Relation relation && relation.Operators.All(Relations.IsInequality));

    private static bool IsSet(Expr expr) => expr is Expr.Symbol { Name: "set R" } or Expr.Function { Name: "cap" or "setminus" };

    /// <summary>Whether two expressions that are no collections have the same value.</summary>
    private bool SameValue(Expr gold, Expr prediction)
    {
        if (IsSet(gold) || IsSet(prediction))
            return RealSets.Same(this, gold, prediction) == true || Refuse("structure");
        if (ExactValue.Of(gold) is { } a && ExactValue.Of(prediction) is { } b)
            return a == b ? Accept("exact") : ByPolicy(gold, prediction, a, b) || Refuse("exact");
        List<string> variables = [];
        Structure.Variables(gold, variables);
        Structure.Variables(prediction, variables);
        var (equal, rule) = variables.Count == 0 ? Constants.Same(gold, prediction) : Identities.Same(gold, prediction, variables);
        if (equal)
            return Accept(rule);
        if (variables.Count == 0 && IsNear(gold, prediction))
            return Accept("tolerance");
        if (variables.Count == 0 && RoundedDecimal.Matches(gold, prediction, policy))
            return Accept("rounded");
        return SameForm(gold, prediction) || Refuse(rule);
    }

    private bool ByPolicy(Expr gold, Expr prediction, BigRational a, BigRational b)
    {
        if (policy.RelativeTolerance > 0 && a.Sign != 0 && ((b - a) / a).Abs <= FromDouble(policy.RelativeTolerance))
            return Accept("tolerance");
        if (policy.LenientPercent && IsPercent(gold) != IsPercent(prediction) && (a * 100 == b || a == b * 100))
            return Accept("percent");
        return RoundedDecimal.Matches(gold, prediction, policy) && Accept("rounded");
    }

    private bool IsNear(Expr gold, Expr prediction)
    {
        var enclosure = new Enclosure<DoubleBall>();
        return policy.RelativeTolerance > 0 && enclosure.Of(gold) is { IsReal: true } a && enclosure.Of(prediction) is { IsReal: true } b
            && a.Re.Sign is 1 or -1 && double.Abs(b.Re.Mid - a.Re.Mid) <= policy.RelativeTolerance * double.Abs(a.Re.Mid);
    }

    // 2^-50 steps: far below any tolerance that is asked for in practice.
    private static BigRational FromDouble(double value) => new(new BigInteger(double.ScaleB(value, 50)), BigInteger.One << 50);

    private static bool IsPercent(Expr expr) => expr is Expr.Function { Name: "percent" } or Expr.Operation('-', Expr.Number { Value.Sign: 0 }, Expr.Function { Name: "percent" });

    /// <summary>For what has no value: numerals in a base, infinities, divisions by zero, integrals.</summary>
    private bool SameForm(Expr gold, Expr prediction) => (gold, prediction) switch
    {
        (Expr.Function { Name: "numeral" } a, Expr.Function { Name: "numeral" } b) => Numerals.Same(a, b),
        // The question says which base is meant.
        (Expr.Function { Name: "numeral", Arguments: [Expr.Number digits, _] }, Expr.Number { Decimals: 0 } plain) => digits.Value == plain.Value && Accept("structure"),
        (Expr.Operation a, Expr.Operation b) => a.Operator == b.Operator && !HasValue(a) && Same(a.Left, b.Left) && Same(a.Right, b.Right),
        (Expr.Function a, Expr.Function b) => a.Name == b.Name && !HasValue(a) && a.Arguments.Count == b.Arguments.Count && Collections.InOrder(this, a.Arguments, b.Arguments),
        _ => false,
    };

    /// <summary>Whether arithmetic decides; then the same form of unequal parts must not.</summary>
    private static bool HasValue(Expr expr) => expr switch
    {
        Expr.Operation operation => IsPlain(operation.Left) && IsPlain(operation.Right),
        Expr.Function { Name: "integral" or "limit" or "derivative" or "sum" or "prod" or "numeral" } => false,
        Expr.Function function => function.Arguments.All(IsPlain),
        _ => true,
    };

    private static bool IsPlain(Expr expr) => expr switch
    {
        Expr.Symbol { Name: "infinity" } => false,
        Expr.Operation operation => IsPlain(operation.Left) && IsPlain(operation.Right),
        Expr.Function function => HasValue(function),
        _ => true,
    };

    private bool Accept(string rule)
    {
        _strength = int.Max(_strength, Array.IndexOf(Strengths, rule));
        return true;
    }

    private bool Refuse(string rule)
    {
        _refusal = rule;
        return false;
    }
}
