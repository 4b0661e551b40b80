using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>Where the native library may lie and what its file is called: npm and NuGet packages name it differently.</summary>
internal static class NativeOnnxRuntimeLibrary
{
    /// <summary>
    /// Matches <c>libonnxruntime.so</c> (NuGet) and <c>libonnxruntime.so.1</c> (npm) on Linux, <c>onnxruntime.dll</c> on Windows,
    /// <c>libonnxruntime.dylib</c> and <c>libonnxruntime.1.x.y.dylib</c> on macOS, and no <c>libonnxruntime_providers_*</c>.
    /// </summary>
    public static string FilePattern { get; } =
        OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.*dylib" : "libonnxruntime.so*";

    /// <summary>The application's own directory, then the one where NuGet puts native files of an application built for any platform.</summary>
    public static IReadOnlyList<string> Directories { get; } =
        [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", Rid, "native")];

    private static string Rid
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? $"{system}-arm64" : $"{system}-x64";
        }
    }

    /// <summary>The first file that matches <see cref="FilePattern"/>, or null.</summary>
    public static string? Find(IEnumerable<string> directories) => directories
        .Where(Directory.Exists)
        .SelectMany(static directory => Directory.EnumerateFiles(directory, FilePattern).Order(StringComparer.Ordinal))
        .FirstOrDefault();
}
