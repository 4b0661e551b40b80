using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>The loaded ONNX Runtime library: its version and its function table.</summary>
internal sealed unsafe class NativeOnnxRuntime
{
    private static readonly Lazy<NativeOnnxRuntime> Loaded = new(static () => Load(NativeOnnxRuntimeLibrary.Directories));

    private readonly OrtApiBase* _base;

    private NativeOnnxRuntime(nint library, string path)
    {
        _base = ((delegate* unmanaged<OrtApiBase*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        Version = Marshal.PtrToStringUTF8((nint)_base->GetVersionString())!;
        Path = path;
    }

    /// <summary>The library beside the application. Throws <see cref="DllNotFoundException"/> when there is none.</summary>
    public static NativeOnnxRuntime Instance => Loaded.Value;

    /// <summary>The library's own version, for example "1.30.0".</summary>
    public string Version { get; }

    /// <summary>The file that was loaded.</summary>
    public string Path { get; }

    /// <summary>Loads the first library found in <paramref name="directories"/>.</summary>
    /// <exception cref="DllNotFoundException">No directory holds one; the message says where it looked and how to get it.</exception>
    public static NativeOnnxRuntime Load(IReadOnlyList<string> directories)
    {
        var path = NativeOnnxRuntimeLibrary.Find(directories) ?? throw new DllNotFoundException(
            $"ONNX Runtime ({NativeOnnxRuntimeLibrary.FilePattern}) is in none of: {string.Join(", ", directories)}. "
            + "A build copies it there from the npm package onnxruntime-node (needs Node.js 20 or newer with npm), "
            + "or from the NuGet package Microsoft.ML.OnnxRuntime.Gpu when built with -p:OnnxRuntime=Gpu.");
        return new(NativeLibrary.Load(path), path);
    }

    /// <summary>The address of the function table with at least the functions of API <paramref name="version"/>.</summary>
    /// <exception cref="OnnxRuntimeException">The library is older than that: reading the table would run past its end.</exception>
    public nint GetApi(uint version)
    {
        var api = _base->GetApi(version);
        return api != 0 ? api : throw new OnnxRuntimeException(
            OrtErrorCode.NotImplemented,
            $"This program needs ONNX Runtime 1.{version} or newer (C API version {version}), but {Path} is version {Version}.");
    }

    /// <summary>The native <c>OrtApiBase</c>, the two functions that never change.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct OrtApiBase
    {
        public readonly delegate* unmanaged<uint, nint> GetApi;
        public readonly delegate* unmanaged<byte*> GetVersionString;
    }
}
