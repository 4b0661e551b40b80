using System.Reflection;
using Grpo.Engines.Onnx;
using Grpo.Engines.Tests.Onnx.Models;
using Grpo.Rollouts;
using Xunit.Sdk;

namespace Grpo.Engines.Tests.Onnx.Decoding;

/// <summary>Which devices this machine can run a model on.</summary>
internal static class Devices
{
    private static readonly IReadOnlyList<(string Provider, string? Refusal)> Tried =
        [.. ((string[])["CUDA", "WebGPU"]).Select(provider => (provider, RefusalOf(provider, "llama-concat", "onnx/model.onnx")))];

    /// <summary>Those that can.</summary>
    public static IReadOnlyList<string> Present => [.. Tried.Where(one => one.Refusal is null).Select(one => one.Provider)];

    /// <summary>Those that cannot, with what is missing.</summary>
    public static IReadOnlyList<(string Provider, string Reason)> Refused => [.. Tried.Where(one => one.Refusal is not null).Select(one => (one.Provider, one.Refusal!))];

    /// <summary>Whether a device computes in float16: not every Vulkan driver does.</summary>
    public static bool HasFloat16(string provider) =>
        RefusalOf(provider, "llama-genai-float16", "model.onnx")?.Contains("requires f16 but the device does not support it", StringComparison.Ordinal) != true;

    private static string? RefusalOf(string provider, string folder, string graph)
    {
        try
        {
            WrittenModel.Load(folder, graph).OpenPolicy(new OnnxPolicyOptions { Provider = provider, Threads = 1 }).DisposeAsync().AsTask().Wait();
            return null;
        }
        catch (ModelLoadException exception)
        {
            return exception.Message;
        }
    }
}

/// <summary>A theory that needs a device: skipped, with the reasons, where there is none.</summary>
internal sealed class DeviceTheoryAttribute : TheoryAttribute
{
    public DeviceTheoryAttribute() =>
        Skip = Devices.Present.Count > 0 ? null : $"needs a device: {string.Join("; ", Devices.Refused.Select(refused => refused.Reason))}";
}

/// <summary>A case for each device of this machine: the provider, and a model of tests/models.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class DeviceDataAttribute(string folder, string graph) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Devices.Present
        .Where(provider => !folder.EndsWith("float16", StringComparison.Ordinal) || Devices.HasFloat16(provider))
        .Select(provider => (object[])[provider, folder, graph]);
}
