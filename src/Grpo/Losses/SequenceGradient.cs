using System.Numerics.Tensors;

namespace Grpo.Losses;

/// <summary>Where the gradient of a sequence goes: an array in the precision of its log-probabilities.</summary>
internal sealed class SequenceGradient
{
    private readonly float[]? _singles;

    public SequenceGradient(LossSequence sequence)
    {
        if (sequence.Logprobs.IsSingle) Values = _singles = new float[sequence.Length];
        else Values = Doubles = new double[sequence.Length];
    }

    /// <summary>The gradient.</summary>
    public RealVector Values { get; }

    /// <summary>The same where it is in double precision, for what adds to it; else empty.</summary>
    public double[] Doubles { get; } = [];

    /// <summary>Writes the gradient of the tokens from one on.</summary>
    public void Write(int start, ReadOnlySpan<double> gradient)
    {
        if (_singles is null) gradient.CopyTo(Doubles.AsSpan(start));
        else TensorPrimitives.ConvertTruncating(gradient, _singles.AsSpan(start));
    }
}
