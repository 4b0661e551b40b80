using System.Diagnostics;
using Grpo.Testing;

namespace Grpo.Cli.Tests;

/// <summary>A shell at the top of the repository in which <c>grpo</c> is the built tool, and a folder for what it writes.</summary>
internal sealed class Shell : IDisposable
{
    private readonly string _tools = Directory.CreateTempSubdirectory("grpo-tools-").FullName;

    public Shell()
    {
        var grpo = Path.Combine(_tools, "grpo");
        File.WriteAllText(grpo, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Grpo.Cli.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(grpo, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        foreach (var there in (string[])["docs", "models", "src"]) File.CreateSymbolicLink(Path.Combine(Folder, there), Path.Combine(TestData.RepositoryRoot(), there));
    }

    /// <summary>The working folder: the repository's as far as the examples look, and writable.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("grpo-cli-").FullName;

    public string this[string file] => File.ReadAllText(Path.Combine(Folder, file));

    /// <summary>Runs a script; the lines of its standard output, its standard error and its exit code.</summary>
    public async Task<(int Code, string[] Output, string Error)> RunAsync(string script)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-e", "-c", script]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PATH"] = $"{_tools}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["GITHUB_STEP_SUMMARY"] = Path.Combine(Folder, "github-summary.md");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output).TrimEnd('\n').Split('\n'), await error);
    }

    public void Dispose()
    {
        Directory.Delete(_tools, recursive: true);
        foreach (var link in new DirectoryInfo(Folder).EnumerateDirectories().Where(folder => folder.LinkTarget is not null)) link.Delete();
        Directory.Delete(Folder, recursive: true);
    }
}
