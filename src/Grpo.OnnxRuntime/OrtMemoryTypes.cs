namespace Grpo.OnnxRuntime;

/// <summary>Which allocator of a device memory comes from.</summary>
public enum OrtAllocatorType
{
    /// <summary>Straight from the device.</summary>
    Device = 0,

    /// <summary>From ONNX Runtime's arena, which keeps freed memory for the next request.</summary>
    Arena = 1,
}

/// <summary>What memory of a device is used for.</summary>
public enum OrtMemType
{
    /// <summary>CPU memory that the provider reads.</summary>
    CpuInput = -2,

    /// <summary>CPU memory that the provider writes, such as CUDA pinned memory.</summary>
    CpuOutput = -1,

    /// <summary>The provider's own memory.</summary>
    Default = 0,
}
