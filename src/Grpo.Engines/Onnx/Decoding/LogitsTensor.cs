using System.Numerics.Tensors;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>Logits as float32, whatever the model answers.</summary>
internal static class LogitsTensor
{
    /// <summary>Reads a run of logits.</summary>
    /// <param name="logits">float32 or float16.</param>
    /// <param name="start">Index of the first element.</param>
    /// <param name="destination">As many elements as are wanted.</param>
    public static void Read(OrtValue logits, int start, Span<float> destination)
    {
        if (logits.ElementType == TensorElementType.Float)
        {
            logits.GetTensorDataAsSpan<float>().Slice(start, destination.Length).CopyTo(destination);
        }
        else
        {
            TensorPrimitives.ConvertToSingle(logits.GetTensorDataAsSpan<Half>().Slice(start, destination.Length), destination);
        }
    }
}
