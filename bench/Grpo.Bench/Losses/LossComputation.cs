using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Grpo.Losses;

namespace Grpo.Bench.Losses;

/// <summary>The loss with its gradient in this process, beside the same loss forward and backward in PyTorch.</summary>
public static class LossComputation
{
    private const int WarmUps = 30;
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
        for (var run = 0; run < WarmUps + Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            result = PolicyLoss.Compute(sequences, options);
            if (run >= WarmUps) milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var peer = await PeerAsync(batch, python, torchScript);
        if (Math.Abs(peer.Loss - result!.Loss!.Value) > Tolerance) throw new InvalidOperationException($"PyTorch computes the loss {peer.Loss}, we {result.Loss}.");
        var ours = milliseconds.Order().ElementAt(Runs / 2);
        return
        [
            new Figure("loss and gradient, float32", "ms", milliseconds, ""),
            new Figure($"PyTorch {peer.Version}, {PeerThreads} threads, forward and backward", "ms", peer.Milliseconds, ""),
            new Figure("times as fast as PyTorch", "", [.. peer.Milliseconds.Select(theirs => theirs / ours)], "at least 3"),
        ];
    }

    private static async Task<(double[] Milliseconds, double Loss, string Version)> PeerAsync(LossBatch batch, string python, string script)
    {
        var file = Path.GetTempFileName();
        try
        {
            batch.WriteTo(file);
            string[] arguments = [script, .. new[] { batch.Rows, batch.Tokens, PeerRuns, PeerThreads }.Select(number => number.ToString(CultureInfo.InvariantCulture)), file];
            using var process = Process.Start(new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{python} {script} ended with {process.ExitCode}.");
            var answer = JsonDocument.Parse(output).RootElement;
            return ([.. answer.GetProperty("seconds").EnumerateArray().Select(seconds => 1000 * seconds.GetDouble())], answer.GetProperty("loss").GetDouble(), answer.GetProperty("torch").GetString()!);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
