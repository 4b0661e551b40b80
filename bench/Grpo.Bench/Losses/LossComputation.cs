using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Grpo.Losses;

namespace Grpo.Bench.Losses;

/// <summary>The loss with its gradient in this process, beside the same loss forward and backward in PyTorch.</summary>
public static class LossComputation
{
    private const int WarmUps = 200;
    private const int Rounds = 7;
    private const int Runs = 31;
    private const int PeerRuns = 11;
    private const int PeerThreads = 2;
    private const double Tolerance = 1e-4;

    /// <summary>Measures both in turn, so that what disturbs the machine disturbs both.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string python, string torchScript)
    {
        var batch = LossBatch.Create(64, 8192);
        var sequences = batch.Sequences();
        var options = new LossOptions { Beta = LossBatch.Beta };
        for (var run = 0; run < WarmUps; run++) PolicyLoss.Compute(sequences, options);
        var (ours, theirs, rounds) = (new List<Measured>(), new List<Measured>(), new List<double>());
        var version = "";
        for (var round = 0; round < Rounds; round++)
        {
            var (mine, result) = Measure(sequences, options);
            var peer = await PeerAsync(batch, python, torchScript);
            if (Math.Abs(peer.Loss - result) > Tolerance) throw new InvalidOperationException($"PyTorch computes the loss {peer.Loss}, we {result}.");
            version = peer.Version;
            ours.Add(mine);
            theirs.Add(peer.Measured);
            rounds.Add(Median(peer.Measured.Milliseconds) / Median(mine.Milliseconds));
        }

        return
        [
            new Figure("loss and gradient, float32", "ms", [.. ours.SelectMany(round => round.Milliseconds)], ""),
            new Figure($"PyTorch {version}, {PeerThreads} threads, forward and backward", "ms", [.. theirs.SelectMany(round => round.Milliseconds)], ""),
            new Figure("times as fast as PyTorch, medians of a round", "", rounds, "at least 3"),
            new Figure("processor time of the loss and gradient, all threads, mean of a round", "ms", [.. ours.Select(round => round.Processor)], ""),
            new Figure("processor time of PyTorch, all threads, mean of a round", "ms", [.. theirs.Select(round => round.Processor)], ""),
            new Figure("times less processor time than PyTorch, which other work on the machine does not disturb", "", [.. ours.Zip(theirs, (mine, peer) => peer.Processor / mine.Processor)], "at least 3"),
        ];
    }

    private static (Measured Measured, double Loss) Measure(LossSequence[] sequences, LossOptions options)
    {
        using var process = Process.GetCurrentProcess();
        var (used, milliseconds, loss) = (ProcessorTime(process), new double[Runs], 0.0);
        for (var run = 0; run < Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            loss = PolicyLoss.Compute(sequences, options).Loss!.Value;
            milliseconds[run] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        return (new(milliseconds, (ProcessorTime(process) - used).TotalMilliseconds / Runs), loss);
    }

    private static async Task<(Measured Measured, double Loss, string Version)> PeerAsync(LossBatch batch, string python, string script)
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
            return (new(Milliseconds(answer, "seconds"), Milliseconds(answer, "processor_seconds").Average()), answer.GetProperty("loss").GetDouble(), answer.GetProperty("torch").GetString()!);
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

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    /// <summary>Durations of the runs of a round, and the mean processor time of one, in milliseconds.</summary>
    private readonly record struct Measured(double[] Milliseconds, double Processor);
}
