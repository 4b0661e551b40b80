using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>Rotary position embedding (arXiv:2104.09864) of one head.</summary>
internal static unsafe class Rotary
{
    /// <summary>Turns the first 2 · half elements in pairs by the angles of a position; copies the rest.</summary>
    /// <param name="source">Shape (headSize).</param>
    /// <param name="destination">Shape (headSize).</param>
    /// <param name="headSize">Elements.</param>
    /// <param name="cos">Shape (half).</param>
    /// <param name="sin">Shape (half).</param>
    /// <param name="half">Pairs.</param>
    /// <param name="interleaved">Whether pairs are (2i, 2i + 1), and not (i, i + half).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate<TLanes, TVector>(float* source, float* destination, int headSize, float* cos, float* sin, int half, bool interleaved)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var (step, apart, done) = interleaved ? (2, 1, 0) : (1, half, half / TLanes.Width * TLanes.Width);
        for (var i = 0; i < done; i += TLanes.Width)
        {
            TVector x = TLanes.Load(source + i), y = TLanes.Load(source + i + half), c = TLanes.Load(cos + i), s = TLanes.Load(sin + i);
            TLanes.Store(TLanes.Subtract(TLanes.Multiply(x, c), TLanes.Multiply(y, s)), destination + i);
            TLanes.Store(TLanes.Add(TLanes.Multiply(y, c), TLanes.Multiply(x, s)), destination + i + half);
        }

        for (int i = done, at = done * step; i < half; i++, at += step)
        {
            var (x, y) = (source[at], source[at + apart]);
            destination[at] = (x * cos[i]) - (y * sin[i]);
            destination[at + apart] = (y * cos[i]) + (x * sin[i]);
        }

        for (var i = 2 * half; i < headSize; i++)
        {
            destination[i] = source[i];
        }
    }
}
