using System.Runtime.InteropServices;
using Grpo.Engines.Weights;
using Grpo.Losses;

namespace Grpo.Bench.Losses;

/// <summary>Random log-probabilities of one batch in single precision, as a trainer has them: padded rows of the same length, an advantage each.</summary>
/// <param name="rows">Sequences.</param>
/// <param name="tokens">Tokens of each.</param>
public sealed class LossBatch(int rows, int tokens)
{
    /// <summary>Weight of the divergence.</summary>
    public const double Beta = 0.04;

    private readonly Random _random = new(1);

    /// <summary>Sequences.</summary>
    public int Rows => rows;

    /// <summary>Tokens of each.</summary>
    public int Tokens => tokens;

    /// <summary>Under the policy, shape (rows, tokens), then as old and under the reference.</summary>
    public float[] Logprobs { get; private set; } = [];

    /// <summary>Before the update.</summary>
    public float[] Old { get; private set; } = [];

    /// <summary>Under the reference.</summary>
    public float[] Reference { get; private set; } = [];

    /// <summary>Shape (rows).</summary>
    public float[] Advantages { get; private set; } = [];

    /// <summary>A batch: ratios spread by 10 %, so that some are clipped.</summary>
    public static LossBatch Create(int rows, int tokens)
    {
        var batch = new LossBatch(rows, tokens);
        batch.Logprobs = batch.Draw(_ => -Math.Abs(batch.Normal()));
        batch.Old = batch.Draw(i => batch.Logprobs[i] + (0.1 * batch.Normal()));
        batch.Reference = batch.Draw(i => batch.Logprobs[i] + (0.1 * batch.Normal()));
        batch.Advantages = [.. Enumerable.Range(0, rows).Select(_ => (float)batch.Normal())];
        return batch;
    }

    /// <summary>The sequences, over the same memory.</summary>
    public LossSequence[] Sequences() => [.. Enumerable.Range(0, rows).Select(row => new LossSequence
    {
        Logprobs = Row(Logprobs, row),
        OldLogprobs = Row(Old, row),
        RefLogprobs = Row(Reference, row),
        Advantages = new double[] { Advantages[row] },
    })];

    /// <summary>The numbers for the peer.</summary>
    public void WriteTo(string path) =>
        File.WriteAllBytes(path, [.. MemoryMarshal.AsBytes<float>(Logprobs), .. MemoryMarshal.AsBytes<float>(Old), .. MemoryMarshal.AsBytes<float>(Reference), .. MemoryMarshal.AsBytes<float>(Advantages)]);

    /// <summary>The body of a request in safetensors, with a mask.</summary>
    public byte[] ToSafetensors()
    {
        OutgoingTensor[] tensors =
        [
            Matrix("logprobs", Logprobs), Matrix("old_logprobs", Old), Matrix("ref_logprobs", Reference),
            OutgoingTensor.Vector("advantages", SafetensorsDtype.F32, Advantages),
            OutgoingTensor.Matrix("mask", SafetensorsDtype.U8, [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Repeat((byte)1, tokens).ToArray())], tokens),
        ];
        return new SafetensorsWriter(tensors, new Dictionary<string, string> { ["request"] = $$"""{"loss_type": "grpo", "beta": {{Beta}}}""" }).ToArray();
    }

    private OutgoingTensor Matrix(string name, float[] values) => OutgoingTensor.Matrix(name, SafetensorsDtype.F32, values.Chunk(tokens).ToArray(), tokens);

    private RealVector Row(float[] values, int row) => new(values.AsMemory(row * tokens, tokens));

    private float[] Draw(Func<int, double> number)
    {
        var values = new float[rows * tokens];
        for (var i = 0; i < values.Length; i++) values[i] = (float)number(i);
        return values;
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
