using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Models;

/// <summary>The shape of a key-value cache.</summary>
/// <param name="TensorCount">Tensors: keys and values of every layer.</param>
/// <param name="Heads">Key-value heads.</param>
/// <param name="HeadSize">Elements of one head's key or value.</param>
/// <param name="ElementType">float32, float16 or bfloat16.</param>
internal sealed record KvLayout(int TensorCount, int Heads, int HeadSize, TensorElementType ElementType)
{
    /// <summary>Bytes of one head's key or value of one token.</summary>
    public long BytesPerHeadToken => (long)HeadSize * ElementType.SizeInBytes();

    /// <summary>Bytes of one token in one tensor.</summary>
    public long BytesPerTensorToken => Heads * BytesPerHeadToken;

    /// <summary>Bytes of one token in the whole cache.</summary>
    public long BytesPerToken => TensorCount * BytesPerTensorToken;
}
