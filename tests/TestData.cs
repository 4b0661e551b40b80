namespace Grpo.Testing;

/// <summary>Other people's test data, read in place: the folder named by GRPO_TEST_DATA, by default ../shared/data beside the repository.</summary>
internal static class TestData
{
    /// <summary>Why a conformance test was skipped; null when the data is there.</summary>
    public static string? MissingReason(string relativePath) =>
        Exists(relativePath) ? null : $"needs {relativePath} under GRPO_TEST_DATA ({Root})";

    public static string Root { get; } =
        Environment.GetEnvironmentVariable("GRPO_TEST_DATA") is { Length: > 0 } folder ? folder : System.IO.Path.Combine(RepositoryRoot(), "..", "shared", "data");

    public static string Path(string relativePath) => System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, relativePath));

    /// <summary>The folder that holds the solution, found from where the tests run.</summary>
    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "GrpoApi.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"No GrpoApi.sln above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }

    private static bool Exists(string relativePath) => File.Exists(Path(relativePath)) || Directory.Exists(Path(relativePath));
}

/// <summary>A fact on data that is not part of the repository: skipped, with the reason, where the data is absent.</summary>
internal sealed class ConformanceFactAttribute : FactAttribute
{
    public ConformanceFactAttribute(string dataFile) => Skip = TestData.MissingReason(dataFile);
}

/// <summary>A theory on data that is not part of the repository: skipped, with the reason, where the data is absent.</summary>
internal sealed class ConformanceTheoryAttribute : TheoryAttribute
{
    public ConformanceTheoryAttribute(string dataFile) => Skip = TestData.MissingReason(dataFile);
}
