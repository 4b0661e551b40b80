namespace GrpoApi.Http;

/// <summary>Lists in configuration.</summary>
internal static class ConfigurationLists
{
    /// <summary>The values of a list: a JSON array, or one text with commas, which is easier on a command line. Empty when there is none.</summary>
    public static IReadOnlyList<string> ReadList(this IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        return section.Value is { Length: > 0 } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. section.GetChildren().Select(child => child.Value).OfType<string>()];
    }
}
