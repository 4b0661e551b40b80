using System.Buffers.Binary;
using System.Text;

namespace Grpo.Engines.Tests.Weights;

/// <summary>Safetensors files written by hand, right and wrong.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file of this header and data.</summary>
    public static byte[] Of(string header, params byte[] data) => Of(Encoding.UTF8.GetBytes(header), data);

    /// <summary>A file of this header and data, whose length prefix may lie.</summary>
    public static byte[] Of(byte[] header, byte[] data, ulong? length = null)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length ?? (ulong)header.Length);
        return [.. prefix, .. header, .. data];
    }
}
