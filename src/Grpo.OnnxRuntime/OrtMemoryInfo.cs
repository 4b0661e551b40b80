using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>A place where tensors live: a device and one of its allocators.</summary>
public sealed unsafe class OrtMemoryInfo : IDisposable
{
    /// <summary>Describes a place.</summary>
    /// <param name="name">"Cpu", "Cuda", "CudaPinned" or "WebGPU_Buf".</param>
    /// <param name="allocatorType">Which allocator of the device.</param>
    /// <param name="deviceId">Index of the device, 0 for the first.</param>
    /// <param name="memType">What the memory is used for.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not know the name.</exception>
    public OrtMemoryInfo(string name, OrtAllocatorType allocatorType, int deviceId, OrtMemType memType)
    {
        nint info;
        fixed (byte* text = NativeText.Encode(name))
            OrtStatus.Check(OrtApi.Instance->CreateMemoryInfo(text, allocatorType, deviceId, memType, &info));
        Handle = new(info, OrtApi.Instance->ReleaseMemoryInfo);
    }

    /// <summary>Plain CPU memory. Shared by the process: never dispose it.</summary>
    public static OrtMemoryInfo Cpu { get; } = new("Cpu", OrtAllocatorType.Device, deviceId: 0, OrtMemType.Default);

    internal OrtHandle Handle { get; }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
