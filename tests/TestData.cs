using System.Runtime.CompilerServices;

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

    public static string RepositoryRoot([CallerFilePath] string thisFile = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(thisFile)!, ".."));

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
