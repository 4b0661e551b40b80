namespace GrpoApi.Explorer.Tests;

/// <summary>The browser of this machine: CHROMIUM_PATH, else where Linux distributions install it. None is downloaded.</summary>
internal static class Chromium
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public static string? Path { get; } = Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } path ? path : Places.FirstOrDefault(File.Exists);

    public static string? MissingReason => Path is null ? "needs Chromium (Debian: apt-get install chromium), or its path in CHROMIUM_PATH" : null;
}

/// <summary>A fact that needs a browser: skipped, with the reason, where there is none.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.MissingReason;
}

/// <summary>A theory that needs a browser: skipped, with the reason, where there is none.</summary>
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Chromium.MissingReason;
}
