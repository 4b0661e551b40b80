using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Onnx.Products;

/// <summary>gate · sigmoid(gate) · up, element by element; an element's bits do not depend on where it stands.</summary>
internal static unsafe class SwiGlu<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int LargestWidth = 16;

    /// <summary>Computes elements.</summary>
    /// <param name="gate">Shape (count).</param>
    /// <param name="up">Shape (count).</param>
    /// <param name="output">Shape (count).</param>
    /// <param name="count">Elements.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* gate, float* up, float* output, int count)
    {
        var i = 0;
        for (; i + TLanes.Width <= count; i += TLanes.Width)
        {
            TLanes.Store(One(TLanes.Load(gate + i), TLanes.Load(up + i)), output + i);
        }

        if (i == count) return;
        var rest = stackalloc float[2 * LargestWidth];
        Span<float> gates = new(rest, LargestWidth), ups = new(rest + LargestWidth, LargestWidth);
        gates.Clear();
        ups.Clear();
        new Span<float>(gate + i, count - i).CopyTo(gates);
        new Span<float>(up + i, count - i).CopyTo(ups);
        TLanes.Store(One(TLanes.Load(rest), TLanes.Load(rest + LargestWidth)), rest);
        gates[..(count - i)].CopyTo(new Span<float>(output + i, count - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector One(TVector gate, TVector up)
    {
        var inverse = TLanes.Add(TLanes.Broadcast(1), Exponential<TLanes, TVector>.Of(TLanes.Subtract(TLanes.Zero, gate)));
        return TLanes.Multiply(TLanes.Divide(gate, inverse), up);
    }
}
