using System.Text;

namespace Grpo.OnnxRuntime.Native;

/// <summary>Text as ONNX Runtime reads it: zero-terminated bytes.</summary>
internal static class NativeText
{
    /// <summary>A <c>const char*</c>: UTF-8.</summary>
    public static byte[] Encode(string text) => Encode(text, Encoding.UTF8, terminatorBytes: 1);

    /// <summary>A <c>const ORTCHAR_T*</c>, the type of file names: UTF-16 on Windows, UTF-8 elsewhere.</summary>
    public static byte[] EncodePath(string path) =>
        OperatingSystem.IsWindows() ? Encode(path, Encoding.Unicode, terminatorBytes: 2) : Encode(path);

    private static byte[] Encode(string text, Encoding encoding, int terminatorBytes)
    {
        var bytes = new byte[encoding.GetByteCount(text) + terminatorBytes];
        encoding.GetBytes(text, bytes);
        return bytes;
    }
}
