using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>Where ONNX Runtime runs a model: on the CPU, or on a device with memory of its own.</summary>
internal sealed class ExecutionProvider
{
    /// <summary>The processor; every build of ONNX Runtime has it.</summary>
    public static readonly ExecutionProvider Cpu = new("CPU", null);

    private static readonly ExecutionProvider[] All = [Cpu, new("CUDA", "Cuda"), new("WebGPU", "WebGPU_Buf")];

    private ExecutionProvider(string name, string? memory)
    {
        Name = name;
        Memory = memory is null ? null : new OrtMemoryInfo(memory, OrtAllocatorType.Device, deviceId: 0, OrtMemType.Default);
    }

    /// <summary>CPU, CUDA or WebGPU.</summary>
    public string Name { get; }

    /// <summary>The device's memory; null for the CPU. Shared by the process.</summary>
    public OrtMemoryInfo? Memory { get; }

    /// <summary>Finds a provider by name, in any case.</summary>
    /// <exception cref="ModelLoadException">There is none of that name.</exception>
    public static ExecutionProvider Parse(string name) =>
        Array.Find(All, provider => string.Equals(provider.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ModelLoadException($"There is no provider '{name}'. Supported are {string.Join(", ", All.Select(provider => provider.Name))}.");

    /// <summary>Lets a session run on it.</summary>
    /// <exception cref="OnnxRuntimeException">This build of ONNX Runtime, or this machine, has no such provider; the message says what is missing.</exception>
    public void AppendTo(SessionOptions options)
    {
        if (Name == "CUDA")
        {
            // TF32 rounds products to 10 bits, which shows in log-probabilities.
            options.AppendExecutionProvider_CUDA(new Dictionary<string, string> { ["use_tf32"] = "0" });
        }
        else if (Memory is not null)
        {
            options.AppendExecutionProvider(Name);
        }
    }
}
