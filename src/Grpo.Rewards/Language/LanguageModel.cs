using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Grpo.Rewards.Language;

/// <summary>The n-gram models of the scripts that several languages share, read once from the file that python/language_id trains.</summary>
internal static class LanguageModel
{
    private const string Resource = "languages.model";

    private static readonly Lazy<ScriptModel?[]> Models = new(Load);

    /// <summary>The model of a script; null where one language, or none, is told by the script itself.</summary>
    public static ScriptModel? Of(Script script) => Models.Value[(int)script];

    private static ScriptModel?[] Load()
    {
        using var resource = typeof(LanguageModel).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidDataException($"{Resource} is not embedded.");
        Span<byte> mark = stackalloc byte[5];
        resource.ReadExactly(mark);
        if (!mark.SequenceEqual("GLID\u0001"u8))
            throw new InvalidDataException($"{Resource} is no language model of this version.");
        using var unpacked = new MemoryStream();
        using (var zlib = new ZLibStream(resource, CompressionMode.Decompress))
            zlib.CopyTo(unpacked);
        var models = new ScriptModel?[Enum.GetValues<Script>().Length];
        for (var rest = (ReadOnlySpan<byte>)unpacked.GetBuffer().AsSpan(0, (int)unpacked.Length); !rest.IsEmpty;)
        {
            var script = Enum.Parse<Script>(Text(ref rest), ignoreCase: true);
            models[(int)script] = Read(script, ref rest);
        }
        return models;
    }

    private static ScriptModel Read(Script script, ref ReadOnlySpan<byte> rest)
    {
        var languages = Text(ref rest).Split(' ');
        var alphabet = Text(ref rest);
        var behind = Take(ref rest, languages.Length).ToArray();
        var keys = new ulong[BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, sizeof(int)))];
        // Differences of ascending keys, lowest byte of all first.
        for (var shift = 0; shift < 64; shift += 8)
        {
            var bytes = Take(ref rest, keys.Length);
            for (var i = 0; i < keys.Length; i++)
                keys[i] |= (ulong)bytes[i] << shift;
        }
        for (var i = 1; i < keys.Length; i++)
            keys[i] += keys[i - 1];
        return new(script, languages, alphabet, behind, keys, Take(ref rest, keys.Length * languages.Length));
    }

    private static string Text(ref ReadOnlySpan<byte> rest) => Encoding.UTF8.GetString(Take(ref rest, BinaryPrimitives.ReadUInt16LittleEndian(Take(ref rest, sizeof(ushort)))));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int length)
    {
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
