using System.Runtime.CompilerServices;

namespace Grpo.Engines.Onnx.Vectors;

/// <summary>
/// e to the power of each lane, to 2 units in the last place; below -103.97 it is 0. The runtime's Vector512.Exp and its kin are calls, which spill every register of the
/// loop around them.
/// </summary>
/// <remarks>2ⁿ · e^r, where n is x / ln 2 rounded and |r| ≤ ln 2 / 2, so that seven terms of the series of e^r are enough.</remarks>
internal static class Exponential<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    // Beyond it e to the power of x is infinite, or 0.
    private const float Largest = 104;

    private const float Ln2 = 0.693147181f;

    // ln 2 in two parts, the first with few enough bits that n times it is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = (float)(0.69314718055994530942 - 0.693359375);

    /// <summary>e to the power of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector value)
    {
        // The limit comes first: where the other is NaN, the second is the result.
        var x = TLanes.Min(TLanes.Broadcast(Largest), TLanes.Max(TLanes.Broadcast(-Largest), value));
        var n = TLanes.Round(TLanes.Multiply(x, TLanes.Broadcast(1 / Ln2)));
        var r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Ln2High), x);
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Ln2Low), r);
        var sum = TLanes.MultiplyAdd(r, TLanes.Broadcast(1 / 5040f), TLanes.Broadcast(1 / 720f));
        sum = TLanes.MultiplyAdd(r, sum, TLanes.Broadcast(1 / 120f));
        sum = TLanes.MultiplyAdd(r, sum, TLanes.Broadcast(1 / 24f));
        sum = TLanes.MultiplyAdd(r, sum, TLanes.Broadcast(1 / 6f));
        sum = TLanes.MultiplyAdd(r, sum, TLanes.Broadcast(0.5f));
        sum = TLanes.MultiplyAdd(r, sum, TLanes.Broadcast(1));
        sum = TLanes.MultiplyAdd(r, sum, TLanes.Broadcast(1));
        return TLanes.Scale(sum, n);
    }
}
