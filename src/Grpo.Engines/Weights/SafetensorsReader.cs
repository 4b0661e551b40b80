namespace Grpo.Engines.Weights;

/// <summary>A safetensors file that is read once, from its beginning to its end, without being held in memory.</summary>
public sealed class SafetensorsReader
{
    private readonly Stream _stream;
    private long _left;

    private SafetensorsReader(Stream stream, SafetensorsHeader header)
    {
        (_stream, Header) = (stream, header);
        _left = header.Tensors.Count == 0 ? 0 : header.Tensors[^1].End;
    }

    /// <summary>What the file holds; the data of <see cref="SafetensorsHeader.Tensors"/> comes in their order.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Reads and checks the header.</summary>
    /// <param name="stream">The file, at its beginning.</param>
    /// <param name="length">Bytes of the whole file, where they are known.</param>
    /// <param name="maxHeaderLength">The longest header accepted, in bytes.</param>
    /// <param name="cancellationToken">Calls the reading off.</param>
    /// <exception cref="SafetensorsException">It is not a safetensors file, or cut off.</exception>
    public static async Task<SafetensorsReader> OpenAsync(Stream stream, long? length, int maxHeaderLength, CancellationToken cancellationToken)
    {
        var prefix = new byte[SafetensorsHeader.PrefixLength];
        var read = await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, cancellationToken);
        var json = new byte[SafetensorsHeader.ReadLength(prefix.AsSpan(0, read), maxHeaderLength)];
        read = await stream.ReadAtLeastAsync(json, json.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < json.Length) throw CutOff($"its header should have {json.Length} bytes, and {read} came");
        return new(stream, SafetensorsHeader.Parse(json, length - prefix.Length - json.Length));
    }

    /// <summary>The next bytes of the data; as many as there is room for.</summary>
    /// <exception cref="SafetensorsException">The file ends before.</exception>
    public async ValueTask ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        var read = await _stream.ReadAtLeastAsync(destination, destination.Length, throwOnEndOfStream: false, cancellationToken);
        _left -= read;
        if (read < destination.Length) throw CutOff($"{_left} bytes of its data are missing");
    }

    /// <summary>Checks that nothing follows the data.</summary>
    /// <exception cref="SafetensorsException">Something does.</exception>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (await _stream.ReadAsync(new byte[1], cancellationToken) > 0) throw new SafetensorsException(SafetensorsException.WholeFile, "More bytes follow the data of the tensors.");
    }

    private static SafetensorsException CutOff(string what) => new(SafetensorsException.WholeFile, $"The file is cut off: {what}.");
}
