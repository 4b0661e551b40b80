using Grpo.Rewards.Math.Algebra;
using Grpo.Rewards.Math.Numeric;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Whether two expressions with variables are the same function: by values at random points that tell them apart, by normal forms, and by values at more points to high precision.</summary>
/// <remarks>
/// After Schwartz (1980) and Zippel (1979): different expressions agree at a random point with negligible probability. A point where either has no value
/// (the logarithm of a negative number) says nothing.
/// </remarks>
internal static class Identities
{
    private const int Points = 24;
    private const int Enough = 8;
    private const int MostVariables = 16;
    private const int Bits = 256;

    /// <summary>The verdict, and the rule that gave it.</summary>
    public static (bool Equal, string Rule) Same(Expr a, Expr b, List<string> variables)
    {
        var points = variables.Count <= MostVariables ? Valid(a, b, variables) : [];
        if (points is null)
            return (false, "probabilistic");
        try
        {
            if (NormalForm.Of(a) is { } left && NormalForm.Of(b) is { } right && left.Same(right))
                return (true, "algebra");
        }
        catch (MathBudgetException) when (points.Count >= Enough)
        {
            // Too large to expand, but not to evaluate.
            MathWork.Start();
        }
        return points.Count >= Enough && Agree(a, b, variables, points) ? (true, "probabilistic") : (false, points.Count > 0 ? "probabilistic" : "algebra");
    }

    /// <summary>The points at which both have a value; null when the values differ at one of them.</summary>
    private static List<int>? Valid(Expr a, Expr b, List<string> variables)
    {
        List<int> valid = [];
        foreach (var whole in (ReadOnlySpan<bool>)[false, true])
        {
            for (var point = 0; point < Points; point++)
            {
                var at = whole ? -point - 1 : point;
                var enclosure = new Enclosure<DoubleBall>(name => Value(variables, name, at));
                if (enclosure.Of(a) is not { } x || enclosure.Of(b) is not { } y)
                {
                    // Nothing that double precision knows: a function without values here.
                    if (point == Enough && valid.Count == 0)
                        break;
                    continue;
                }
                if (x.Excludes(y))
                    return null;
                valid.Add(at);
            }
            if (valid.Count >= Enough)
                break;
        }
        return valid;
    }

    private static bool Agree(Expr a, Expr b, List<string> variables, List<int> points)
    {
        BigBall.Precision = Bits;
        var agreed = 0;
        foreach (var point in points)
        {
            var enclosure = new Enclosure<BigBall>(name => Value(variables, name, point));
            if (enclosure.Of(a) is not { } x || enclosure.Of(b) is not { } y)
                continue;
            if (x.Excludes(y))
                return false;
            if ((x - y).Re.Rad.GetBitLength() < Bits / 2 && ++agreed == Enough)
                return true;
        }
        return false;
    }

    /// <summary>A variable's value at a point: half of the points are positive, the negative point numbers are whole numbers.</summary>
    private static BigRational? Value(List<string> variables, string name, int point)
    {
        var index = variables.IndexOf(name);
        if (index < 0)
            return null;
        if (point < 0)
            return 1 + (int)(Mix((uint)((-point * 31) + index)) % 9) + (-point / 3);
        var bits = Mix((uint)((point * 64) + index + 1));
        var size = new BigRational(1 + (int)(bits % 2_003), 701 + (2 * index));
        return point >= Points / 2 && (bits & 0x10000) != 0 ? -size : size;
    }

    private static uint Mix(uint seed)
    {
        seed = (seed + 0x9E3779B9) * 0x85EBCA6B;
        seed = (seed ^ (seed >> 13)) * 0xC2B2AE35;
        return seed ^ (seed >> 16);
    }
}
