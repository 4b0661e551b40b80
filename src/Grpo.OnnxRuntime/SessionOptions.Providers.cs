using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

public sealed unsafe partial class SessionOptions
{
    private static readonly Dictionary<string, string> NoOptions = [];

    /// <summary>
    /// Adds an execution provider by name, "WebGPU" for example. Providers added first are preferred; the CPU runs what none of them can.
    /// CUDA is not among the names: see <see cref="AppendExecutionProvider_CUDA"/>.
    /// </summary>
    /// <exception cref="OnnxRuntimeException">Unknown name or option, or the provider is not in this build of the library.</exception>
    public void AppendExecutionProvider(string name, IReadOnlyDictionary<string, string>? options = null)
    {
        options ??= NoOptions;
        using var handle = Handle.Use();
        using var keys = new NativeTextList(options.Keys);
        using var values = new NativeTextList(options.Values);
        fixed (byte* text = NativeText.Encode(name))
        {
            OrtStatus.Check(OrtApi.Instance->AppendExecutionProvider(
                handle.Value, text, keys.Pointers, values.Pointers, keys.Count));
        }
    }

    /// <summary>Adds the CUDA execution provider, with options such as <c>device_id</c>, <c>gpu_mem_limit</c>, <c>use_tf32</c>.</summary>
    /// <exception cref="OnnxRuntimeException">The library, its CUDA provider file, or the CUDA libraries are not there; or an option is unknown.</exception>
#pragma warning disable CA1707 // The name Microsoft's managed API gives it.
    public void AppendExecutionProvider_CUDA(IReadOnlyDictionary<string, string>? options = null)
#pragma warning restore CA1707
    {
        options ??= NoOptions;
        var api = OrtApi.Instance;
        nint created;
        OrtStatus.Check(api->CreateCudaProviderOptions(&created));
        using var cudaHandle = new OrtHandle(created, api->ReleaseCudaProviderOptions);
        using var keys = new NativeTextList(options.Keys);
        using var values = new NativeTextList(options.Values);
        OrtStatus.Check(api->UpdateCudaProviderOptions(created, keys.Pointers, values.Pointers, keys.Count));
        using var handle = Handle.Use();
        OrtStatus.Check(api->AppendExecutionProviderCudaV2(handle.Value, created));
    }
}
