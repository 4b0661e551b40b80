using System.Numerics;
using Grpo.Rewards.Math.Algebra;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Solves inequalities of one variable: linear and quadratic ones, and those of an absolute value.</summary>
internal static class Inequalities
{
    /// <summary>The numbers for which a relation holds; null when it is none that can be solved here.</summary>
    public static RealSet? Solve(Expr.Relation relation)
    {
        if (relation is { Operators: ["in"], Sides: [Expr.Symbol, var set] })
            return RealSets.OfSide(set);
        if (relation is { Operators: ["notin"], Sides: [Expr.Symbol, var outside] })
            return RealSets.OfSide(outside) is { } excluded ? RealSet.Complement(excluded) : null;
        List<string> variables = [];
        Structure.Variables(relation, variables);
        if (variables is not [var variable])
            return null;
        RealSet? all = RealSet.All;
        for (var i = 0; i < relation.Operators.Count; i++)
            all = all is not null && Solve(relation.Sides[i], relation.Operators[i], relation.Sides[i + 1], variable) is { } one ? RealSet.Intersection(all, one) : null;
        return all;
    }

    private static RealSet? Solve(Expr left, string op, Expr right, string variable)
    {
        if (!Relations.IsInequality(op) && op != "=")
            return null;
        if (Holds(right, variable) && !Holds(left, variable))
            (left, op, right) = (right, Relations.Flip(op), left);
        if (left is Expr.Function { Name: "abs", Arguments: [var inside] } && !Holds(right, variable))
            return Absolute(inside, op, right, variable);
        if (left is Expr.Symbol && !Holds(right, variable))
            return Ray(right, op);
        return NormalForm.Of(new Expr.Operation('-', left, right)) is { Denominator.Constant: { } divisor } form && Coefficients(form.Numerator, variable) is { } coefficients
            ? Polynomial(coefficients, divisor.Sign > 0 ? op : Relations.Flip(op))
            : null;
    }

    private static bool Holds(Expr expr, string variable)
    {
        List<string> names = [];
        Structure.Variables(expr, names);
        return names.Contains(variable);
    }

    private static RealSet? Absolute(Expr inside, string op, Expr bound, string variable)
    {
        var opposite = new Expr.Operation('-', new Expr.Number(0), bound);
        if (Solve(inside, op, bound, variable) is not { } above || Solve(inside, Relations.Flip(op), opposite, variable) is not { } below)
            return null;
        return op is "<" or "<=" or "!=" ? RealSet.Intersection(above, below) : RealSet.Union(above, below);
    }

    private static RealSet? Ray(Expr bound, string op) => op switch
    {
        "<" or "<=" => RealSet.Interval(MinusInfinity, false, bound, op == "<="),
        ">" or ">=" => RealSet.Interval(bound, op == ">=", Infinity, false),
        "=" => RealSet.Interval(bound, true, bound, true),
        _ => RealSet.Interval(bound, true, bound, true) is { } point ? RealSet.Complement(point) : null,
    };

    private static Expr.Symbol Infinity { get; } = new("infinity");

    private static Expr.Operation MinusInfinity { get; } = new('-', new Expr.Number(0), new Expr.Symbol("infinity"));

    /// <summary>The coefficients of 1, x and x^2, rational ones; null for anything else.</summary>
    private static BigRational[]? Coefficients(Polynomial polynomial, string variable)
    {
        var coefficients = new BigRational[3];
        foreach (var (monomial, coefficient) in polynomial.Terms)
        {
            if (monomial.IsOne)
                coefficients[0] = coefficient;
            else if (monomial.Factors is [(var atom, { IsInteger: true } power)] && atom == variable && power > 0 && power < 3)
                coefficients[(int)power.Numerator] = coefficient;
            else
                return null;
        }
        return coefficients;
    }

    /// <summary>Where a x^2 + b x + c compares so with 0.</summary>
    private static RealSet? Polynomial(BigRational[] coefficients, string op)
    {
        var (c, b, a) = (coefficients[0], coefficients[1], coefficients[2]);
        if (a.Sign == 0)
        {
            if (b.Sign == 0)
                return null;
            return Ray(new Expr.Number(-c / b), b.Sign > 0 ? op : Relations.Flip(op));
        }
        var discriminant = (b * b) - (4 * a * c);
        if (a.Sign < 0)
            op = Relations.Flip(op);
        if (discriminant.Sign < 0)
            return op is ">" or ">=" or "!=" ? RealSet.All : RealSet.Empty;
        var root = new Expr.Function("sqrt", [new Expr.Number(discriminant)]);
        var size = new Expr.Number((2 * a).Abs);
        var middle = new Expr.Number(a.Sign > 0 ? -b : b);
        var low = new Expr.Operation('/', new Expr.Operation('-', middle, root), size);
        var high = new Expr.Operation('/', new Expr.Operation('+', middle, root), size);
        var closed = op is "<=" or ">=";
        if (op is "<" or "<=")
            return RealSet.Interval(low, closed, high, closed);
        if (op is "=" or "!=")
            return RealSet.Interval(low, true, low, true) is { } first && RealSet.Interval(high, true, high, true) is { } second && RealSet.Union(first, second) is { } points ? (op == "=" ? points : RealSet.Complement(points)) : null;
        return RealSet.Interval(MinusInfinity, false, low, closed) is { } left && RealSet.Interval(high, closed, Infinity, false) is { } right ? RealSet.Union(left, right) : null;
    }
}
