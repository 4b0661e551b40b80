using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Tests.Onnx.Vectors;

/// <summary>The exponential function of every width of register that this processor has, against float64.</summary>
public sealed unsafe class ExponentialTests
{
    private const double TwoUnits = 2.5e-7;

    [Fact]
    public void The_exponential_is_right_to_two_units_in_the_last_place()
    {
        float[] values = [.. Enumerable.Range(0, 200_000).Select(i => -87.3f + (i * 0.000875f))];

        Assert.All(Exponentials(values), ours =>
            Assert.All(values.Zip(ours), pair => Assert.InRange(pair.Second / Math.Exp(pair.First), 1 - TwoUnits, 1 + TwoUnits)));
    }

    [Fact]
    public void The_exponential_of_the_ends_is_0_infinite_or_not_a_number()
    {
        float[] values = [float.NegativeInfinity, -1e30f, -104f, 89f, 1e30f, float.PositiveInfinity, float.NaN, -float.NaN];
        float[] expected = [0, 0, 0, float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity, float.NaN, float.NaN];

        Assert.All(Exponentials(values), ours => Assert.Equal(expected, ours));
    }

    private static List<float[]> Exponentials(float[] values)
    {
        List<float[]> all = [Powers<Lanes128, Vector128<float>>(values)];
        if (Lanes256.IsSupported) all.Add(Powers<Lanes256, Vector256<float>>(values));
        if (Lanes512.IsSupported) all.Add(Powers<Lanes512, Vector512<float>>(values));
        return all;
    }

    private static float[] Powers<TLanes, TVector>(float[] values)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var padded = new float[(values.Length + TLanes.Width - 1) / TLanes.Width * TLanes.Width];
        values.CopyTo(padded, 0);
        fixed (float* first = padded)
        {
            for (var i = 0; i < padded.Length; i += TLanes.Width) TLanes.Store(Exponential<TLanes, TVector>.Of(TLanes.Load(first + i)), first + i);
        }

        return padded[..values.Length];
    }
}
