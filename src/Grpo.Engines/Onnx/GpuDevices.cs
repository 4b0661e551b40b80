namespace Grpo.Engines.Onnx;

/// <summary>Whether the machine has a graphics processor at all, before a provider is loaded that would look for one.</summary>
public static class GpuDevices
{
    // Render nodes of Direct Rendering Manager drivers, NVIDIA's own, and WSL's.
    private static readonly string[] Files = ["/dev/dri/renderD128", "/dev/nvidia0", "/dev/dxg"];

    /// <summary>Whether there is one. A Vulkan driver that computes on the CPU does not count: it is slower than the CPU provider.</summary>
    /// <value>Always true where it cannot be told beforehand, on Windows and macOS.</value>
    public static bool ArePresent => !OperatingSystem.IsLinux() || Array.Exists(Files, File.Exists);
}
