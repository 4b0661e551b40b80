using Grpo.Engines.Weights;

namespace Grpo.Engines.Tests.Onnx.Parameters;

/// <summary>Safetensors files of new weights.</summary>
internal static class Tensors
{
    public static byte[] Of(string name, float[] values, params long[] shape) =>
        new SafetensorsWriter([OutgoingTensor.Vector(name, SafetensorsDtype.F32, values) with { Shape = shape.Length > 0 ? shape : [values.Length] }], new Dictionary<string, string>()).ToArray();

    public static byte[] Doubles(string name, float[] values) =>
        new SafetensorsWriter([OutgoingTensor.Vector(name, SafetensorsDtype.F64, Array.ConvertAll(values, value => (double)value))], new Dictionary<string, string>()).ToArray();

    public static byte[] None() => new SafetensorsWriter([], new Dictionary<string, string>()).ToArray();
}
