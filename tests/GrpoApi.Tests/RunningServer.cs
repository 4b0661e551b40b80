using System.Diagnostics;

namespace GrpoApi.Tests;

/// <summary>The built service as a process of its own, on Kestrel and a free port.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly Task<string> _output;

    private RunningServer(Process process, DirectoryInfo folder, Uri address)
    {
        (_process, _folder) = (process, folder);

        // The pipe must be emptied, or the server would block on a full one.
        _output = process.StandardOutput.ReadToEndAsync();
        Client = new HttpClient { BaseAddress = address, Timeout = Patience };
    }

    /// <summary>A client of the server.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts the service and returns once it says where it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended before that; the message is its output.</exception>
    public static async Task<RunningServer> StartAsync(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("grpo-test-");
        var process = Launch(folder, ["--urls", "http://127.0.0.1:0", .. arguments]);
        var output = new List<string>();
        using var timeout = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            output.Add(line);
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                return new RunningServer(process, folder, new Uri(line[(at + Listening.Length)..].Trim().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)));
            }
        }

        process.Dispose();
        folder.Delete(recursive: true);
        throw new InvalidOperationException(string.Join('\n', output));
    }

    /// <summary>Runs the service with arguments it refuses: its exit code and everything it said.</summary>
    public static async Task<(int ExitCode, string Output)> RunToEndAsync(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("grpo-test-");
        using var process = Launch(folder, arguments);
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, output);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _output;
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static Process Launch(DirectoryInfo folder, IReadOnlyList<string> arguments)
    {
        // stderr joins stdout, so that one reader sees why a start failed.
        const string Command = "exec \"$0\" \"$@\" 2>&1";
        var start = new ProcessStartInfo("/bin/sh", ["-c", Command, "dotnet", typeof(Program).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment.Remove("ASPNETCORE_URLS");

        // A file of jobs in the working folder would be shared with every other server that a test starts.
        if (!arguments.Any(argument => argument.Contains("Jobs:ConnectionString", StringComparison.Ordinal))) start.Environment["Jobs__ConnectionString"] = "Data Source=" + Path.Combine(folder.FullName, "jobs.db");
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }
}
