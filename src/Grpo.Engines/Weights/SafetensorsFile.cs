using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Grpo.Engines.Weights;

/// <summary>A safetensors file in memory. The tensors are views of it: nothing is copied, and it must not change while they are read.</summary>
public sealed class SafetensorsFile
{
    private readonly ReadOnlyMemory<byte> _data;

    private SafetensorsFile(SafetensorsHeader header, ReadOnlyMemory<byte> data) => (Header, _data) = (header, data);

    /// <summary>What the file holds.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Reads and checks the header of a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="maxHeaderLength">The longest header accepted, in bytes.</param>
    /// <exception cref="SafetensorsException">It is not a safetensors file; see <see cref="SafetensorsHeader.Parse"/>.</exception>
    public static SafetensorsFile Read(ReadOnlyMemory<byte> file, int maxHeaderLength = SafetensorsHeader.MaxLength)
    {
        var length = SafetensorsHeader.ReadLength(file.Span, maxHeaderLength);
        var rest = file[SafetensorsHeader.PrefixLength..];
        if (length > rest.Length) throw new SafetensorsException(SafetensorsException.WholeFile, $"The header should have {length} bytes, and {rest.Length} follow: the file is cut off.");
        return new(SafetensorsHeader.Parse(rest.Span[..length], rest.Length - length), rest[length..]);
    }

    /// <summary>The bytes of a tensor of this file, little-endian, in C order.</summary>
    public ReadOnlyMemory<byte> Bytes(TensorEntry tensor) => _data[(int)tensor.Begin..(int)tensor.End];

    /// <summary>The elements of a tensor of this file, in C order. They may lie at any address.</summary>
    /// <typeparam name="T">The type that the elements have in memory, of the size of the tensor's element type.</typeparam>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public ReadOnlySpan<T> Values<T>(TensorEntry tensor)
        where T : unmanaged => Unsafe.SizeOf<T>() == tensor.Dtype.SizeOf()
            ? MemoryMarshal.Cast<byte, T>(Bytes(tensor).Span)
            : throw new ArgumentException($"{tensor.Name} is {tensor.Dtype.NameOf()}.", nameof(tensor));
}
