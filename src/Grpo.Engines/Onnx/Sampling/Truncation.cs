using System.Numerics.Tensors;

namespace Grpo.Engines.Onnx.Sampling;

/// <summary>
/// min-p, then top-k, then top-p (vLLM's order): sets the weight of every dropped token to 0. Ties at a border keep the lower token ids.
/// </summary>
/// <remarks>
/// A full sort of a large vocabulary for every token would cost more than the model of a small policy. Weights are therefore first counted in
/// buckets of equal log-weight, and only the bucket that holds the border is sorted: O(V) for any k and p.
/// </remarks>
internal sealed class Truncation(int vocabSize)
{
    private const int BucketCount = 1024;
    private const double BucketsPerNat = 16;

    private readonly int[] _bucketOf = new int[vocabSize];
    private readonly double[] _bucketMass = new double[BucketCount];
    private readonly int[] _bucketSize = new int[BucketCount];
    private readonly int[] _border = new int[vocabSize];
    private readonly HeaviestFirst _heaviestFirst = new();

    /// <summary>Zeroes the dropped weights.</summary>
    /// <param name="weights">Shape (V), at least 0.</param>
    /// <param name="rule">Says what to keep.</param>
    /// <returns>The sum of the weights kept.</returns>
    public double Apply(double[] weights, SamplingRule rule)
    {
        var largest = TensorPrimitives.Max<double>(weights);
        if (rule.MinP > 0)
        {
            DropBelow(weights, rule.MinP * largest);
        }

        if (rule.TopK > 0 && rule.TopK < weights.Length)
        {
            KeepTop(weights, largest, maxCount: rule.TopK, maxMass: double.PositiveInfinity);
        }

        if (rule.TopP < 1)
        {
            KeepTop(weights, largest, maxCount: int.MaxValue, maxMass: rule.TopP * TensorPrimitives.Sum<double>(weights));
        }

        return TensorPrimitives.Sum<double>(weights);
    }

    private static void DropBelow(Span<double> weights, double threshold)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] < threshold)
            {
                weights[i] = 0;
            }
        }
    }

    // Keeps the largest weights until their number is maxCount or their sum reaches maxMass, at least one.
    private void KeepTop(double[] weights, double largest, int maxCount, double maxMass)
    {
        FillBuckets(weights, largest);
        var (count, mass, border) = (0, 0.0, 0);
        while (border < BucketCount && count + _bucketSize[border] < maxCount && mass + _bucketMass[border] < maxMass)
        {
            count += _bucketSize[border];
            mass += _bucketMass[border];
            border++;
        }

        var members = CollectBorderAndDropBelow(weights, border);
        _heaviestFirst.Weights = weights;
        members.Sort(_heaviestFirst);
        foreach (var token in members)
        {
            if ((count >= maxCount || mass >= maxMass) && count > 0)
            {
                weights[token] = 0;
                continue;
            }

            count++;
            mass += weights[token];
        }
    }

    private void FillBuckets(ReadOnlySpan<double> weights, double largest)
    {
        Array.Clear(_bucketMass);
        Array.Clear(_bucketSize);
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0)
            {
                _bucketOf[i] = BucketCount;
                continue;
            }

            var bucket = (int)Math.Min(BucketCount - 1, Math.Log(largest / weights[i]) * BucketsPerNat);
            _bucketOf[i] = bucket;
            _bucketMass[bucket] += weights[i];
            _bucketSize[bucket]++;
        }
    }

    private Span<int> CollectBorderAndDropBelow(Span<double> weights, int border)
    {
        var size = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (_bucketOf[i] == border)
            {
                _border[size++] = i;
            }
            else if (_bucketOf[i] > border)
            {
                weights[i] = 0;
            }
        }

        return _border.AsSpan(0, size);
    }

    private sealed class HeaviestFirst : IComparer<int>
    {
        public double[] Weights { get; set; } = [];

        public int Compare(int x, int y)
        {
            var byWeight = Weights[y].CompareTo(Weights[x]);
            return byWeight != 0 ? byWeight : x.CompareTo(y);
        }
    }
}
