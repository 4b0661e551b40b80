using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

namespace GrpoApi.Http;

/// <summary>The one <c>appsettings.json</c> at the top of the repository, which every build copies beside the application.</summary>
public static class TopLevelSettings
{
    private const string FileName = "appsettings.json";

    /// <summary>The folder of the application's own files. Not <see cref="AppContext.BaseDirectory"/>, which is the tool's when the build asks for the OpenAPI document.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(typeof(TopLevelSettings).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;

    /// <summary>
    /// Makes that file the first source, so that everything else overrides it: <c>appsettings.{Environment}.json</c> of the content root,
    /// environment variables (also ASPNETCORE_URLS, which a later file would hide) and the command line.
    /// </summary>
    public static void AddTopLevelSettings(this ConfigurationManager configuration)
    {
        foreach (var source in configuration.Sources.OfType<JsonConfigurationSource>().Where(source => string.Equals(source.Path, FileName, StringComparison.Ordinal)).ToList())
        {
            configuration.Sources.Remove(source);
        }

        configuration.Sources.Insert(0, new JsonConfigurationSource { Path = FileName, FileProvider = new PhysicalFileProvider(Folder), Optional = false });
    }
}
