using System.Buffers.Binary;
using System.Text;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>Walks the fields of one protobuf message. Source: protobuf.dev/programming-guides/encoding.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private readonly int _length = message.Length;
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Where the next field begins.</summary>
    public readonly int Position => _length - _rest.Length;

    /// <summary>The current field's number.</summary>
    public int Field { get; private set; }

    /// <summary>How the current field is encoded: 0 varint, 1 fixed 64 bit, 2 length-delimited, 5 fixed 32 bit.</summary>
    public int WireType { get; private set; }

    /// <summary>Whether the current field is length-delimited; otherwise it is a number.</summary>
    public bool IsBytes { get; private set; }

    /// <summary>The current field's number value.</summary>
    public ulong Number { get; private set; }

    /// <summary>The current field's bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The current field's bytes as UTF-8.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    /// <exception cref="ModelLoadException">The bytes are no protobuf message.</exception>
    public bool NextField()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var key = ReadVarint();
        Field = (int)(key >> 3);
        WireType = (int)(key & 7);
        IsBytes = false;
        Bytes = default;
        switch (WireType)
        {
            case 0:
                Number = ReadVarint();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(ReadVarint());
                IsBytes = true;
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Malformed();
        }

        return true;
    }

    /// <summary>Moves to the next number of a packed list; false at its end.</summary>
    public bool NextVarint()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Number = ReadVarint();
        return true;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw Malformed();
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private static ModelLoadException Malformed() => new("The file is no ONNX model: its bytes are no protobuf message.");
}
