namespace Grpo.Rewards.Math.Comparison;

/// <summary>Lists, sets, tuples, intervals, unions, matrices and case distinctions, part by part.</summary>
internal static class Collections
{
    private const int MostUnordered = 64;

    /// <summary>Whether two collections are the same.</summary>
    public static bool Same(Equality equality, Expr.Compound gold, Expr.Compound prediction)
    {
        if (IsInterval(gold) || IsInterval(prediction) || gold.Open == 'u' || prediction.Open == 'u')
        {
            if (gold.Open == prediction.Open && gold.Close == prediction.Close && InOrder(equality, gold.Items, prediction.Items))
                return true;
            if ((gold.Open == 'u' || prediction.Open == 'u' || IsHalfOpen(gold) || IsHalfOpen(prediction)) && RealSets.Same(equality, gold, prediction) is { } decided)
                return decided;
        }
        return (gold.Open, prediction.Open) switch
        {
            ('{' or ',', '{' or ',') => Unordered(equality, gold, prediction),
            (',', '(') or ('(', ',') => gold.Close is ')' or ',' && prediction.Close is ')' or ',' && InOrder(equality, gold.Items, prediction.Items),
            ('(', 'm') => gold.Close == ')' && Vector(prediction) is { } vector && InOrder(equality, gold.Items, vector),
            ('m', '(') => prediction.Close == ')' && Vector(gold) is { } vector && InOrder(equality, vector, prediction.Items),
            ('u', 'u') => Covers(equality, gold.Items, prediction.Items) && Covers(equality, prediction.Items, gold.Items),
            ('c', 'c') => gold.Items.Count == prediction.Items.Count && Covers(equality, gold.Items, prediction.Items),
            ('(', '(') when !equality.Policy.TupleOrder && gold.Close == ')' && prediction.Close == ')' => gold.Items.Count == prediction.Items.Count && Covers(equality, gold.Items, prediction.Items) && Covers(equality, prediction.Items, gold.Items),
            var (a, b) => a == b && gold.Close == prediction.Close && InOrder(equality, gold.Items, prediction.Items),
        };
    }

    /// <summary>Ratios are equal when their parts are, or are multiples of the others.</summary>
    public static bool Ratios(Equality equality, Expr.Compound gold, Expr.Compound prediction)
    {
        if (InOrder(equality, gold.Items, prediction.Items))
            return true;
        if (gold.Items.Count != prediction.Items.Count)
            return false;
        // 12:00 and 1:00 are times.
        if (gold.Items.Concat(prediction.Items).Any(item => ExactValue.Of(item) is { Sign: 0 }))
            return false;
        for (var i = 1; i < gold.Items.Count; i++)
        {
            if (!equality.Same(new Expr.Operation('*', gold.Items[0], prediction.Items[i]), new Expr.Operation('*', prediction.Items[0], gold.Items[i])))
                return false;
        }
        return true;
    }

    /// <summary>Whether all items are equal, one after the other.</summary>
    public static bool InOrder(Equality equality, IReadOnlyList<Expr> gold, IReadOnlyList<Expr> prediction)
    {
        if (gold.Count != prediction.Count)
            return false;
        for (var i = 0; i < gold.Count; i++)
        {
            if (!equality.Same(gold[i], prediction[i]))
                return false;
        }
        return true;
    }

    private static bool IsInterval(Expr.Compound compound) => compound is { Open: '(' or '[', Items.Count: 2 };

    private static bool IsHalfOpen(Expr.Compound compound) => compound is { Open: '[', Items.Count: 2 } or { Close: ']', Items.Count: 2 };

    /// <summary>The items of a matrix with one row or one column.</summary>
    private static IReadOnlyList<Expr>? Vector(Expr.Compound matrix)
    {
        if (matrix.Items is [Expr.Compound { Open: 'm' } row])
            return row.Items;
        return matrix.Items.All(item => item is Expr.Compound { Open: 'm', Items.Count: 1 }) ? [.. matrix.Items.Select(item => ((Expr.Compound)item).Items[0])] : null;
    }

    private static bool Unordered(Equality equality, Expr.Compound gold, Expr.Compound prediction)
    {
        if (InOrder(equality, gold.Items, prediction.Items))
            return true;
        // 1, 3, 5, … goes on as its items say, in their order.
        if (gold.Items.Concat(prediction.Items).Any(item => item is Expr.Symbol { Name: "ldots" }) || (equality.Policy.SetOrder && gold.Open == ',' && prediction.Open == ','))
            return false;
        if (gold.Items.Count > MostUnordered || prediction.Items.Count > MostUnordered)
            return false;
        return Covers(equality, gold.Items, prediction.Items) && Covers(equality, prediction.Items, gold.Items, swapped: true);
    }

    /// <summary>Whether each of <paramref name="some"/> is one of <paramref name="all"/>.</summary>
    private static bool Covers(Equality equality, IReadOnlyList<Expr> all, IReadOnlyList<Expr> some, bool swapped = false)
    {
        foreach (var item in some)
        {
            var found = false;
            foreach (var other in all)
            {
                if (swapped ? equality.Same(item, other) : equality.Same(other, item))
                {
                    found = true;
                    break;
                }
            }
            if (!found)
                return false;
        }
        return true;
    }
}
