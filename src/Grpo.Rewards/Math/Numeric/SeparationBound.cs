using System.Numerics;
using Grpo.Rewards.Math.Comparison;

namespace Grpo.Rewards.Math.Numeric;

/// <summary>How near to 0 an expression can come without being 0.</summary>
/// <remarks>
/// The root bound of Burnikel, Fleischer, Mehlhorn and Schirra ("A strong and easily computable separation bound for arithmetic expressions involving
/// radicals", Algorithmica 2000): an expression of integers, + - * / and roots with upper bounds u and l and degree D is 0 or at least 1 / (u^(D^2 - 1) l).
/// </remarks>
internal static class SeparationBound
{
    private const double MostBits = 1 << 20;

    /// <summary>Bits after which a value that may still be 0 is 0; null for expressions that are not algebraic.</summary>
    public static double? Of(Expr expr)
    {
        List<Expr> roots = [];
        var degree = 1.0;
        if (Bounds(expr, roots, ref degree) is not var (u, l))
            return null;
        var bits = (((degree * degree) - 1) * u) + l + 2;
        return bits < MostBits ? bits : null;
    }

    /// <summary>Bits of all numbers of an expression, powers written out: what a small term may need to be seen.</summary>
    public static double Size(Expr expr) => expr switch
    {
        Expr.Number number => Bits(number.Value.Numerator) + Bits(number.Value.Denominator),
        Expr.Operation('^', var left, var right) => Size(right) + (double.Max(2, Size(left)) * double.Min(MostBits, 1 + Magnitude(right))),
        Expr.Operation operation => Size(operation.Left) + Size(operation.Right),
        Expr.Function { Name: "exp", Arguments: [var x] } => Size(x) + (2 * Magnitude(x)),
        Expr.Function function => function.Arguments.Sum(Size) + 8,
        _ => 2,
    };

    private static double Magnitude(Expr expr) => new Enclosure<DoubleBall>().Of(expr) is { } value ? double.Abs(value.Re.Mid) : MostBits;

    private static (double U, double L)? Bounds(Expr expr, List<Expr> roots, ref double degree)
    {
        switch (expr)
        {
            case Expr.Number number:
                return (Bits(number.Value.Numerator), Bits(number.Value.Denominator));
            case Expr.Operation('^', var left, var right):
                if (ExactValue.Of(right) is not { } exponent || exponent.Denominator > 64 || BigInteger.Abs(exponent.Numerator) > 1_000 || Bounds(left, roots, ref degree) is not var (u, l))
                    return null;
                (u, l) = Root((u, l), left, (int)exponent.Denominator, roots, ref degree);
                var count = (double)BigInteger.Abs(exponent.Numerator);
                return exponent.Sign >= 0 ? (u * count, l * count) : (l * count, u * count);
            case Expr.Operation(var op, var left, var right):
                if (Bounds(left, roots, ref degree) is not var (u1, l1) || Bounds(right, roots, ref degree) is not var (u2, l2))
                    return null;
                return op switch { '+' or '-' => (double.Max(u1 + l2, l1 + u2) + 1, l1 + l2), '*' => (u1 + u2, l1 + l2), '/' => (u1 + l2, l1 + u2), _ => null };
            case Expr.Function { Name: "sqrt", Arguments: [var x] }:
                return Bounds(x, roots, ref degree) is { } radicand ? Root(radicand, x, 2, roots, ref degree) : null;
            case Expr.Function { Name: "sqrt", Arguments: [var x, Expr.Number { Value.IsInteger: true } n] } when n.Value > 1 && n.Value <= 64:
                return Bounds(x, roots, ref degree) is { } inside ? Root(inside, x, (int)n.Value.Numerator, roots, ref degree) : null;
            default:
                return ExactValue.Of(expr) is { } exact ? (Bits(exact.Numerator), Bits(exact.Denominator)) : null;
        }
    }

    private static (double U, double L) Root((double U, double L) inside, Expr of, int order, List<Expr> roots, ref double degree)
    {
        if (order == 1)
            return inside;
        // One root that occurs several times extends the field once.
        var key = new Expr.Function("sqrt", [of, new Expr.Number(order)]);
        if (!roots.Exists(root => Structure.Same(root, key)))
        {
            roots.Add(key);
            degree *= order;
        }
        var (u, l) = inside;
        return u >= l ? ((u + ((order - 1) * l)) / order, l) : (u, (((order - 1) * u) + l) / order);
    }

    private static double Bits(BigInteger value) => BigInteger.Abs(value).GetBitLength();
}
