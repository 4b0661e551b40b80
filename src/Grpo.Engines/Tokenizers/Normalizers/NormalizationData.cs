using System.Globalization;

namespace Grpo.Engines.Tokenizers.Normalizers;

/// <summary>The tables of Unicode normalization, read once when a tokenizer first needs them: .NET has none where it runs without ICU.</summary>
internal sealed class NormalizationData
{
    private static readonly Lazy<NormalizationData> Tables = new(() => new NormalizationData());

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    private NormalizationData()
    {
        using Stream stream = typeof(NormalizationData).Assembly.GetManifestResourceStream("unicode-normalization.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '@') ReadClass(line);
            else if (line[0] != '#') ReadDecomposition(line);
        }
    }

    public static NormalizationData Instance => Tables.Value;

    /// <summary>Pairs that are one character in composed text.</summary>
    public IEnumerable<(int First, int Second)> ComposingPairs => _compositions.Keys;

    /// <summary>The canonical combining class, 0 for characters that begin a cluster.</summary>
    public int ClassOf(int rune) => _classes.GetValueOrDefault(rune);

    /// <summary>One step of decomposition, null where there is none.</summary>
    public int[]? DecompositionOf(int rune, bool compatibility) =>
        _canonical.GetValueOrDefault(rune) ?? (compatibility ? _compatible.GetValueOrDefault(rune) : null);

    /// <summary>What two characters become together, -1 for nothing.</summary>
    public int Compose(int first, int second) => _compositions.GetValueOrDefault((first, second), -1);

    /// <summary>@class first..last.</summary>
    private void ReadClass(string line)
    {
        string[] fields = line[1..].Split(' ', '.');
        byte combiningClass = byte.Parse(fields[0], CultureInfo.InvariantCulture);
        for (int rune = Hex(fields[1]); rune <= Hex(fields[^1]); rune++) _classes[rune] = combiningClass;
    }

    /// <summary>A code point, a sign for the kind, and what it decomposes to.</summary>
    private void ReadDecomposition(string line)
    {
        int sign = line.AsSpan().IndexOfAny("=!~");
        int rune = Hex(line[..sign]);
        int[] parts = [.. line[(sign + 1)..].Split(' ').Select(Hex)];
        (line[sign] == '~' ? _compatible : _canonical)[rune] = parts;
        if (line[sign] == '=') _compositions[(parts[0], parts[1])] = rune;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
