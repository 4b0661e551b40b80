using System.Diagnostics;
using System.Text.RegularExpressions;
using Grpo.Testing;

namespace GrpoApi.Tests.Readme;

/// <summary>What the README says about PyTorch is run as it stands there.</summary>
public sealed partial class BackwardTests
{
    [PyTorchFact]
    public async Task The_five_lines_of_PyTorch_give_the_gradient_of_autograd()
    {
        var root = TestData.RepositoryRoot();
        var lines = Python().Match(await File.ReadAllTextAsync(Path.Combine(root, "README.md"))).Groups["lines"].Value;
        Assert.Equal(5, lines.Trim().Split('\n').Length);
        var snippet = Path.GetTempFileName();
        await File.WriteAllTextAsync(snippet, lines);
        await using var server = await RunningServer.StartAsync();

        var (exitCode, output) = await PyTorch.RunAsync(Path.Combine(root, "tests", "GrpoApi.Tests", "Readme", "backward.py"), server.Client.BaseAddress!.ToString(), snippet);

        File.Delete(snippet);
        Assert.True(exitCode == 0, output);
        Assert.Equal("equal", output.Trim());
    }

    [GeneratedRegex("```python\n(?<lines>[^`]*logprobs\\.backward[^`]*)```", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Python();
}

/// <summary>The Python that has PyTorch: that of the environment variable PYTHON, by default Debian's.</summary>
internal static class PyTorch
{
    private const string Debian = "/usr/bin/python3";

    /// <summary>Why tests with PyTorch are skipped; null when they are not.</summary>
    public static string? MissingReason { get; } = IsThere() ? null : $"needs PyTorch for {Interpreter} (Debian: python3-torch, libopenblas0-pthread)";

    private static string Interpreter => Environment.GetEnvironmentVariable("PYTHON") is { Length: > 0 } python ? python : Debian;

    /// <summary>Runs a script: its exit code and everything it said.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Interpreter, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static bool IsThere()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Interpreter, ["-c", "import torch"]) { RedirectStandardError = true, UseShellExecute = false });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A fact that needs PyTorch: skipped, with the reason, where it is absent.</summary>
internal sealed class PyTorchFactAttribute : FactAttribute
{
    public PyTorchFactAttribute() => Skip = PyTorch.MissingReason;
}
