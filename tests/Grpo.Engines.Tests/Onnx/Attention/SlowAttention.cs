using Grpo.Engines.Onnx.Attention;

namespace Grpo.Engines.Tests.Onnx.Attention;

/// <summary>Attention as the papers write it, in float64, one row at a time.</summary>
internal static class SlowAttention
{
    /// <summary>The output of one token, shape (heads · head size).</summary>
    public static double[] Row(AttentionShape shape, float[] queries, CachedSequence sequence, int position, Func<int, int, double> angle, int half, float[]? sinks)
    {
        var output = new double[shape.Heads * shape.HeadSize];
        var first = shape.Window > 0 ? Math.Max(0, position + 1 - shape.Window) : 0;
        for (var head = 0; head < shape.Heads; head++)
        {
            var kv = head / shape.HeadsPerKv * shape.HeadSize;
            var query = Rotated(shape, queries, head, position, angle, half);
            var weights = new double[position + 1 - first];
            for (var i = 0; i < weights.Length; i++)
            {
                var score = 0.0;
                for (var d = 0; d < shape.HeadSize; d++)
                {
                    score += shape.Scale * query[d] * sequence.RotatedKeys[first + i][kv + d];
                }

                weights[i] = shape.SoftCap > 0 ? shape.SoftCap * Math.Tanh(score / shape.SoftCap) : score;
            }

            var extra = sinks is not null ? sinks[head] : shape.SmoothSoftmax ? 0 : double.NegativeInfinity;
            var largest = Math.Max(weights.Max(), extra);
            var total = weights.Sum(score => Math.Exp(score - largest)) + Math.Exp(extra - largest);
            for (var i = 0; i < weights.Length; i++)
            {
                var weight = Math.Exp(weights[i] - largest) / total;
                for (var d = 0; d < shape.HeadSize; d++)
                {
                    output[(head * shape.HeadSize) + d] += weight * sequence.Values[first + i][kv + d];
                }
            }
        }

        return output;
    }

    /// <summary>One head of a token, turned by its position.</summary>
    public static double[] Rotated(AttentionShape shape, float[] vectors, int head, int position, Func<int, int, double> angle, int half)
    {
        var x = vectors.AsSpan(head * shape.HeadSize, shape.HeadSize).ToArray().Select(value => (double)value).ToArray();
        for (var i = 0; shape.Rotary && i < half; i++)
        {
            var (a, b) = shape.RotaryInterleaved ? (2 * i, (2 * i) + 1) : (i, i + half);
            var (cos, sin) = (Math.Cos(angle(position, i)), Math.Sin(angle(position, i)));
            (x[a], x[b]) = ((x[a] * cos) - (x[b] * sin), (x[b] * cos) + (x[a] * sin));
        }

        return x;
    }
}
