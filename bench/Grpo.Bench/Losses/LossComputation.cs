using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Grpo.Losses;

namespace Grpo.Bench.Losses;

/// <summary>The loss with its gradient in this process, beside the same loss forward and backward in PyTorch.</summary>
public static class LossComputation
{
    private const int WarmUps = 200;
    private const int Runs = 31;
    private const int PeerRuns = 11;
    private const int PeerThreads = 2;
    private const double Tolerance = 1e-4;

    /// <summary>Measures both.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string python, string torchScript)
    {
        var batch = LossBatch.Create(64, 8192);
        var sequences = batch.Sequences();
        var options = new LossOptions { Beta = LossBatch.Beta };
        var milliseconds = new List<double>();
        LossResult? result = null;
        using var process = Process.GetCurrentProcess();
        var used = TimeSpan.Zero;
        for (var run = 0; run < WarmUps + Runs; run++)
        {
            if (run == WarmUps) used = ProcessorTime(process);
            var started = Stopwatch.GetTimestamp();
            result = PolicyLoss.Compute(sequences, options);
            if (run >= WarmUps) milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var processor = (ProcessorTime(process) - used).TotalMilliseconds / Runs;
        var peer = await PeerAsync(batch, python, torchScript);
        if (Math.Abs(peer.Loss - result!.Loss!.Value) > Tolerance) throw new InvalidOperationException($"PyTorch computes the loss {peer.Loss}, we {result.Loss}.");
        var ours = milliseconds.Order().ElementAt(Runs / 2);
        return
        [
            new Figure("loss and gradient, float32", "ms", milliseconds, ""),
            new Figure($"PyTorch {peer.Version}, {PeerThreads} threads, forward and backward", "ms", peer.Milliseconds, ""),
            new Figure("times as fast as PyTorch", "", [.. peer.Milliseconds.Select(theirs => theirs / ours)], "at least 3"),
            new Figure("processor time of the loss and gradient, all threads, mean", "ms", [processor], ""),
            new Figure("processor time of PyTorch, all threads", "ms", peer.Processor, ""),
            new Figure("times less processor time than PyTorch, which other work on the machine does not disturb", "", [.. peer.Processor.Select(theirs => theirs / processor)], "at least 3"),
        ];
    }

    private static async Task<(double[] Milliseconds, double[] Processor, double Loss, string Version)> PeerAsync(LossBatch batch, string python, string script)
    {
        var file = Path.GetTempFileName();
        try
        {
            batch.WriteTo(file);
            string[] arguments = [script, .. new[] { batch.Rows, batch.Tokens, PeerRuns, PeerThreads }.Select(number => number.ToString(CultureInfo.InvariantCulture)), file];
            // A thread of OpenMP that waits would otherwise spin, which on a shared machine makes it slower and counts as work.
            var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, UseShellExecute = false, Environment = { ["OMP_WAIT_POLICY"] = "PASSIVE" } };
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{python} {script} ended with {process.ExitCode}.");
            var answer = JsonDocument.Parse(output).RootElement;
            return (Milliseconds(answer, "seconds"), Milliseconds(answer, "processor_seconds"), answer.GetProperty("loss").GetDouble(), answer.GetProperty("torch").GetString()!);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double[] Milliseconds(JsonElement answer, string name) => [.. answer.GetProperty(name).EnumerateArray().Select(seconds => 1000 * seconds.GetDouble())];

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}
