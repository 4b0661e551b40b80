using Grpo.Engines;
using Grpo.Engines.Onnx;
using GrpoApi.Http;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Policies;

/// <summary>The configured policies: section <c>Policies</c>, and the folder <c>Models:Root</c> that their paths are relative to.</summary>
/// <param name="DefaultName">The policy meant when a request names none (<c>Policies:Default</c>).</param>
/// <param name="Sources">What is loaded at start, the default policy first.</param>
internal sealed record PolicySettings(string DefaultName, IReadOnlyList<PolicySource> Sources)
{
    private const string BuiltIn = "tiny-r1";

    /// <summary>Reads the settings. A default policy without a section of its own is loaded from the folder of its name below the root.</summary>
    /// <exception cref="OptionsValidationException">A number is out of its range; the message names the key.</exception>
    public static PolicySettings Read(IConfiguration configuration)
    {
        var policies = configuration.GetSection("Policies");
        var defaultName = policies["Default"] is { Length: > 0 } name ? name : BuiltIn;
        var root = RootOf(configuration);
        List<PolicySource> sources = [.. policies.GetChildren().Where(section => !section.Key.Equals("Default", StringComparison.OrdinalIgnoreCase)).Select(section => ReadSource(section, root))];
        if (sources.TrueForAll(source => source.Name != defaultName))
        {
            sources.Add(new PolicySource { Name = defaultName, Path = Path.Combine(root, defaultName) });
        }

        return new PolicySettings(defaultName, [.. sources.OrderBy(source => source.Name != defaultName)]);
    }

    /// <summary>The folder below which models are loaded, absolute.</summary>
    public static string RootOf(IConfiguration configuration) => Path.GetFullPath(configuration["Models:Root"] is { Length: > 0 } configured ? configured : Path.Combine(TopLevelSettings.Folder, "models"));

    private static PolicySource ReadSource(IConfigurationSection section, string root)
    {
        var source = new PolicySource
        {
            Name = section.Key,
            Path = Path.GetFullPath(section["Path"] ?? section.Key, root),
            Dtype = section["Dtype"] is { Length: > 0 } dtype ? dtype : null,
            MaxSequences = (int?)Positive(section, "MaxSequences", int.MaxValue),
            KvCacheBytes = Positive(section, "KvCacheBytes", long.MaxValue),
            MaxSnapshots = (int?)Positive(section, "MaxSnapshots", 1024),
            Decoder = Decoder(section),
            Threads = (int?)Positive(section, "Threads", 1024),
        };
        return section.ReadList("Providers") is { Count: > 0 } providers ? source with { Providers = providers } : source;
    }

    private static DecoderKind? Decoder(IConfigurationSection section)
    {
        if (section["Decoder"] is not { Length: > 0 } text) return null;
        return Enum.TryParse<DecoderKind>(text, ignoreCase: true, out var kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(text[0])
            ? kind
            : throw new OptionsValidationException(section.Key, typeof(PolicySource), [$"{section.Path}:Decoder must be auto, slots or group, not '{text}'."]);
    }

    private static long? Positive(IConfigurationSection section, string key, long largest)
    {
        if (section[key] is not { Length: > 0 } text) return null;
        return long.TryParse(text, out var value) && value >= 1 && value <= largest
            ? value
            : throw new OptionsValidationException(section.Key, typeof(PolicySource), [$"{section.Path}:{key} must be a whole number from 1 to {largest}, not '{text}'."]);
    }
}
