using System.Buffers.Binary;
using System.Text;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// A protobuf message that can be changed and written again. What nobody changes is written byte for byte as it was read, fields that nobody knows
/// included. Nested messages are read when they are asked for. Source: protobuf.dev/programming-guides/encoding.
/// </summary>
internal sealed class ProtobufMessage
{
    private readonly List<ProtobufField> _fields = [];

    /// <summary>The fields in the order in which they are written.</summary>
    public IReadOnlyList<ProtobufField> Fields => _fields;

    /// <summary>Whether it differs from the bytes it was read from.</summary>
    public bool IsChanged { get => field || _fields.Exists(static part => part.IsChanged); private set; }

    /// <summary>Bytes that <see cref="Write(Span{byte})"/> writes.</summary>
    public int Length => _fields.Sum(static part => part.Length);

    /// <summary>Reads a message. Its fields are views of the bytes, which must not change.</summary>
    /// <exception cref="ModelLoadException">The bytes are no protobuf message.</exception>
    public static ProtobufMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtobufMessage();
        var reader = new ProtobufReader(bytes.Span);
        for (var start = 0; reader.NextField(); start = reader.Position)
        {
            var whole = bytes[start..reader.Position];
            message._fields.Add(new ProtobufField(reader.Field, reader.WireType, whole, reader.IsBytes ? whole[^reader.Bytes.Length..] : default, reader.Number));
        }

        return message;
    }

    /// <summary>Every field of a number.</summary>
    public IEnumerable<ProtobufField> All(int number) => _fields.Where(field => field.Number == number);

    /// <summary>The last field of a number, which is the one that counts where a field is not repeated; null without any.</summary>
    public ProtobufField? Find(int number) => _fields.FindLast(field => field.Number == number);

    /// <summary>The text of a field; empty without it.</summary>
    public string Text(int number) => Find(number)?.Text ?? "";

    /// <summary>The number in a field; 0 without it.</summary>
    public long Integer(int number) => (long)(Find(number)?.Value ?? 0);

    /// <summary>Adds a field behind the others.</summary>
    public void Add(ProtobufField field)
    {
        _fields.Add(field);
        IsChanged = true;
    }

    /// <summary>Puts fields in the place of another one, which is a field of this message.</summary>
    public void Replace(ProtobufField field, params IEnumerable<ProtobufField> replacements)
    {
        var at = _fields.IndexOf(field);
        _fields.RemoveAt(at);
        _fields.InsertRange(at, replacements);
        IsChanged = true;
    }

    /// <summary>Removes all fields of these numbers.</summary>
    public void Remove(params int[] numbers) => IsChanged |= _fields.RemoveAll(field => numbers.Contains(field.Number)) > 0;

    /// <summary>The message as bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Length);
        Write(bytes);
        return bytes;
    }

    /// <summary>Writes the message.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination)
    {
        var written = 0;
        foreach (var field in _fields)
        {
            written += field.Write(destination[written..]);
        }

        return written;
    }
}

/// <summary>One field of a message: a number, bytes, text, or a message of its own.</summary>
internal sealed class ProtobufField
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private readonly int _wireType;
    private readonly ReadOnlyMemory<byte>? _asRead;
    private readonly ReadOnlyMemory<byte> _bytes;
    private ProtobufMessage? _message;

    internal ProtobufField(int number, int wireType, ReadOnlyMemory<byte>? asRead, ReadOnlyMemory<byte> bytes, ulong value)
    {
        (Number, _wireType, _asRead, _bytes, Value) = (number, wireType, asRead, bytes, value);
    }

    /// <summary>A field with a whole number.</summary>
    public static ProtobufField Of(int number, long value) => new(number, Varint, null, default, (ulong)value);

    /// <summary>A field with a float32.</summary>
    public static ProtobufField Of(int number, float value) => new(number, Fixed32, null, default, BitConverter.SingleToUInt32Bits(value));

    /// <summary>A field with text.</summary>
    public static ProtobufField Of(int number, string text) => new(number, LengthDelimited, null, Encoding.UTF8.GetBytes(text), 0);

    /// <summary>A field with bytes, such as a packed list.</summary>
    public static ProtobufField Of(int number, ReadOnlyMemory<byte> bytes) => new(number, LengthDelimited, null, bytes, 0);

    /// <summary>A field with a message.</summary>
    public static ProtobufField Of(int number, ProtobufMessage message) => new(number, LengthDelimited, null, default, 0) { _message = message };

    /// <summary>The field's number.</summary>
    public int Number { get; }

    /// <summary>The number it holds; for a fixed 32 or 64 bit field its bits.</summary>
    public ulong Value { get; }

    /// <summary>Whether it holds bytes, text, a packed list or a message; otherwise a number.</summary>
    public bool IsBytes => _wireType == LengthDelimited;

    /// <summary>The bytes it was made with.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The bytes as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(_bytes.Span);

    /// <summary>The message in it; a change of it is a change of this field.</summary>
    /// <exception cref="ModelLoadException">The bytes are no protobuf message.</exception>
    public ProtobufMessage Message => _message ??= ProtobufMessage.Parse(_bytes);

    /// <summary>Whether it differs from the bytes it was read from.</summary>
    public bool IsChanged => _asRead is null || _message?.IsChanged == true;

    internal int Length => IsChanged ? VarintLength(Key) + PayloadLength : _asRead!.Value.Length;

    private ulong Key => ((ulong)Number << 3) | (uint)_wireType;

    private int ContentLength => _message?.Length ?? _bytes.Length;

    private int PayloadLength => IsBytes ? VarintLength((ulong)ContentLength) + ContentLength : _wireType == Fixed32 ? sizeof(uint) : VarintLength(Value);

    internal int Write(Span<byte> destination)
    {
        if (!IsChanged)
        {
            _asRead!.Value.Span.CopyTo(destination);
            return _asRead.Value.Length;
        }

        var written = WriteVarint(destination, Key);
        if (_wireType == Fixed32)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination[written..], (uint)Value);
            return written + sizeof(uint);
        }

        if (!IsBytes)
        {
            return written + WriteVarint(destination[written..], Value);
        }

        written += WriteVarint(destination[written..], (ulong)ContentLength);
        if (_message is not null)
        {
            return written + _message.Write(destination[written..]);
        }

        _bytes.Span.CopyTo(destination[written..]);
        return written + _bytes.Length;
    }

    private static int VarintLength(ulong value)
    {
        var length = 1;
        while ((value >>= 7) != 0)
        {
            length++;
        }

        return length;
    }

    private static int WriteVarint(Span<byte> destination, ulong value)
    {
        var written = 0;
        for (; value >= 0x80; value >>= 7)
        {
            destination[written++] = (byte)(value | 0x80);
        }

        destination[written++] = (byte)value;
        return written;
    }
}
