using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Tests.Onnx.Attention;

/// <summary>Runs tiles on random queries, keys and values, without ONNX Runtime, and remembers what went in.</summary>
internal sealed unsafe class AttentionRig : IDisposable
{
    private const int Positions = 700;
    private const int Layers = 2;
    private const int Layer = 1;

    private readonly Random _random;
    private readonly AttentionPlan _plan;
    private readonly float[] _cos;
    private readonly float[] _sin;

    public AttentionRig(AttentionShape shape, int seed = 1, int? rotaryHalf = null, float[]? sinks = null, long budget = 1L << 28)
    {
        (Shape, Half, Sinks) = (shape, rotaryHalf ?? shape.HeadSize / 2, sinks);
        _random = new Random(seed);
        _plan = new AttentionPlan(shape);
        Blocks = new KvBlocks((long)Layers * shape.LayerBlockFloats * sizeof(float), budget);
        _cos = [.. Enumerable.Range(0, Positions * Half).Select(i => (float)Math.Cos(Angle(i / Half, i % Half)))];
        _sin = [.. Enumerable.Range(0, Positions * Half).Select(i => (float)Math.Sin(Angle(i / Half, i % Half)))];
    }

    /// <summary>What this processor can run.</summary>
    public static string[] Supported { get; } = [.. Lanes512.IsSupported ? ["512"] : (string[])[], .. Lanes256.IsSupported ? ["256"] : (string[])[], "128"];

    public static TheoryData<string> InstructionSets { get; } = [.. Supported];

    public AttentionShape Shape { get; }

    public int Half { get; }

    public float[]? Sinks { get; }

    public KvBlocks Blocks { get; }

    public double Angle(int position, int i) => position / Math.Pow(10_000, 2.0 * i / (2 * Half));

    public CachedSequence NewSequence(int capacity) => new(new BlockTable(Blocks, capacity));

    public float[] RandomVector(int heads) => [.. Enumerable.Range(0, heads * Shape.HeadSize).Select(_ => (float)((_random.NextDouble() * 4) - 2))];

    /// <summary>Appends tokens to sequences and computes their attention in one pass.</summary>
    /// <returns>One row of queries and one of outputs per new token, in the order given.</returns>
    public List<(float[] Query, float[] Output)> Step(string instructionSet, params IReadOnlyList<(CachedSequence Sequence, int Count)> parts) =>
        Step(instructionSet, parts, [.. parts.SelectMany(part => Enumerable.Range(0, part.Count)).Select(_ => (RandomVector(Shape.Heads), RandomVector(Shape.KvHeads), RandomVector(Shape.KvHeads)))]);

    public List<(float[] Query, float[] Output)> Step(
        string instructionSet, IReadOnlyList<(CachedSequence Sequence, int Count)> parts, IReadOnlyList<(float[] Query, float[] Key, float[] Value)> tokens)
    {
        _plan.Clear();
        var next = 0;
        foreach (var (sequence, count) in parts)
        {
            sequence.RotatedKeys.AddRange(tokens.Skip(next).Take(count).Select((token, i) => Rotated(token.Key, sequence.Table.Length + i)));
            sequence.Values.AddRange(tokens.Skip(next).Take(count).Select(token => token.Value));
            sequence.Table.Extend(count);
            next += count;
        }

        foreach (var (sequence, count) in parts)
        {
            _plan.Add(sequence.Table, count);
        }

        float[] queries = [.. tokens.SelectMany(token => token.Query)], keys = [.. tokens.SelectMany(token => token.Key)], values = [.. tokens.SelectMany(token => token.Value)];
        var output = new float[queries.Length];
        fixed (float* q = queries, k = keys, v = values, o = output, cos = _cos, sin = _sin, sinks = Sinks)
        {
            var tensors = new AttentionTensors
            {
                Shape = Shape,
                Batch = _plan.Batch,
                LayerOffset = (long)Layer * Shape.LayerBlockFloats,
                Query = q,
                Key = k,
                Value = v,
                Output = o,
                Cos = Shape.Rotary ? cos : null,
                Sin = Shape.Rotary ? sin : null,
                Sinks = sinks,
                QueryStride = Shape.Heads * Shape.HeadSize,
                KeyStride = Shape.KvHeads * Shape.HeadSize,
                RotaryHalf = Half,
            };
            Run(instructionSet, &tensors);
        }

        return [.. tokens.Select((token, i) => (token.Query, output.AsSpan(i * token.Query.Length, token.Query.Length).ToArray()))];
    }

    public void AssertEqualsReference(IReadOnlyList<(CachedSequence Sequence, int Count)> parts, List<(float[] Query, float[] Output)> rows)
    {
        var row = 0;
        foreach (var (sequence, count) in parts)
        {
            for (var i = 0; i < count; i++, row++)
            {
                var expected = SlowAttention.Row(Shape, rows[row].Query, sequence, sequence.Table.Length - count + i, Angle, Half, Sinks);
                for (var d = 0; d < expected.Length; d++)
                {
                    Assert.Equal(expected[d], rows[row].Output[d], 1e-5);
                }
            }
        }
    }

    public void Dispose()
    {
        _plan.Dispose();
        Blocks.Dispose();
    }

    private double[] Rotated(float[] key, int position) =>
        [.. Enumerable.Range(0, Shape.KvHeads).SelectMany(head => SlowAttention.Rotated(Shape, key, head, position, Angle, Half))];

    private static void Run(string instructionSet, AttentionTensors* tensors)
    {
        for (var token = 0; token < tensors->Batch->TokenCount; token++)
        {
            for (var head = 0; head < tensors->Shape.KvHeads; head++)
            {
                KeyValueAppend.Write<Lanes128, Vector128<float>>(tensors, token, head);
            }
        }

        for (var tile = 0; tile < tensors->Batch->TileCount; tile++)
        {
            for (var head = 0; head < tensors->Shape.KvHeads; head++)
            {
                switch (instructionSet)
                {
                    case "512":
                        TileAttention<Lanes512, Vector512<float>>.Run(tensors, tensors->Batch->Tiles + tile, head);
                        break;
                    case "256":
                        TileAttention<Lanes256, Vector256<float>>.Run(tensors, tensors->Batch->Tiles + tile, head);
                        break;
                    default:
                        TileAttention<Lanes128, Vector128<float>>.Run(tensors, tensors->Batch->Tiles + tile, head);
                        break;
                }
            }
        }
    }
}
