using System.Diagnostics;
using System.Text.Json;

namespace Grpo.Bench;

/// <summary>Runs a peer's script (bench/peers) with Node.js.</summary>
public static class PeerProcess
{
    /// <summary>Runs the workload.</summary>
    /// <param name="script">The script's path.</param>
    /// <param name="workload">What it does.</param>
    /// <returns>Completion tokens per second of each run.</returns>
    /// <exception cref="InvalidOperationException">The script failed; its error output is the message.</exception>
    public static async Task<IReadOnlyList<double>> RunAsync(string script, PeerWorkload workload)
    {
        var start = new ProcessStartInfo("node", [script, JsonSerializer.Serialize(workload)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{script}: {await error}");
        using var answer = JsonDocument.Parse((await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        return workload.TokensPerSecond(answer.RootElement.GetProperty("seconds").EnumerateArray().Select(item => item.GetDouble()).ToList());
    }
}
