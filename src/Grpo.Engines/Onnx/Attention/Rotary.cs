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
    public static void Rotate(float* source, float* destination, int headSize, float* cos, float* sin, int half, bool interleaved)
    {
        var (step, apart) = interleaved ? (2, 1) : (1, half);
        for (int i = 0, at = 0; i < half; i++, at += step)
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
