namespace Grpo.Rewards.Math.Comparison;

/// <summary>A set of real numbers as its pieces from left to right, which do not touch.</summary>
internal sealed class RealSet
{
    private const int MostPieces = 64;
    private readonly List<(End Low, End High)> _pieces;

    private RealSet(List<(End Low, End High)> pieces) => _pieces = pieces;

    /// <summary>No number.</summary>
    public static RealSet Empty { get; } = new([]);

    /// <summary>Every number.</summary>
    public static RealSet All { get; } = new([(End.MinusInfinity, End.PlusInfinity)]);

    /// <summary>Whether it holds every number.</summary>
    public bool IsAll => _pieces is [({ Infinite: -1 }, { Infinite: 1 })];

    /// <summary>An interval; null when an end is no real number that can be told.</summary>
    public static RealSet? Interval(Expr low, bool lowClosed, Expr high, bool highClosed)
    {
        if (End.Of(low, lowClosed) is not { } from || End.Of(high, highClosed) is not { } to || End.Order(from, to) is not { } order)
            return null;
        return order > 0 || (order == 0 && !(lowClosed && highClosed)) ? Empty : new([(from, to)]);
    }

    /// <summary>Numbers in either.</summary>
    public static RealSet? Union(RealSet a, RealSet b)
    {
        MathWork.Charge(a._pieces.Count + b._pieces.Count);
        if (a._pieces.Count + b._pieces.Count > MostPieces)
            return null;
        List<(End Low, End High)> all = [.. a._pieces, .. b._pieces];
        var certain = true;
        all.Sort((x, y) =>
        {
            var order = End.Order(x.Low, y.Low);
            certain &= order is not null;
            return order is null or 0 ? y.Low.Closed.CompareTo(x.Low.Closed) : order.Value;
        });
        List<(End Low, End High)> merged = [];
        foreach (var piece in all)
        {
            if (!certain)
                return null;
            if (merged.Count == 0 || End.Order(piece.Low, merged[^1].High) is not { } gap || gap > 0 || (gap == 0 && !piece.Low.Closed && !merged[^1].High.Closed))
                merged.Add(piece);
            else if (End.Order(piece.High, merged[^1].High) is { } further && (further > 0 || (further == 0 && piece.High.Closed)))
                merged[^1] = (merged[^1].Low, piece.High);
        }
        return new(merged);
    }

    /// <summary>Numbers that are not in it.</summary>
    public static RealSet Complement(RealSet set)
    {
        List<(End Low, End High)> gaps = [];
        var from = End.MinusInfinity;
        foreach (var (low, high) in set._pieces)
        {
            if (low.Infinite == 0)
                gaps.Add((from, low with { Closed = !low.Closed }));
            from = high with { Closed = !high.Closed };
        }
        if (from.Infinite != 1)
            gaps.Add((from, End.PlusInfinity));
        return new(gaps);
    }

    /// <summary>Numbers in both.</summary>
    public static RealSet? Intersection(RealSet a, RealSet b) => Union(Complement(a), Complement(b)) is { } outside ? Complement(outside) : null;

    /// <summary>Whether both hold the same numbers.</summary>
    public static bool Same(Equality equality, RealSet a, RealSet b)
    {
        if (a._pieces.Count != b._pieces.Count)
            return false;
        for (var i = 0; i < a._pieces.Count; i++)
        {
            if (!Same(equality, a._pieces[i].Low, b._pieces[i].Low) || !Same(equality, a._pieces[i].High, b._pieces[i].High))
                return false;
        }
        return true;
    }

    private static bool Same(Equality equality, End a, End b) =>
        a.Infinite == b.Infinite && (a.Infinite != 0 || (a.Closed == b.Closed && equality.Same(a.Value, b.Value)));
}
