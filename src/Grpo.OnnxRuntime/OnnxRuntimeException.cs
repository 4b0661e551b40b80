namespace Grpo.OnnxRuntime;

/// <summary>A native call failed. The message is ONNX Runtime's own.</summary>
public sealed class OnnxRuntimeException(OrtErrorCode code, string message) : Exception(message)
{
    /// <summary>The kind of failure.</summary>
    public OrtErrorCode Code { get; } = code;
}
