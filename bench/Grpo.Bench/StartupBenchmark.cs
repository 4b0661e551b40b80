namespace Grpo.Bench;

/// <summary>From the start of the process to the first possible rollout.</summary>
public static class StartupBenchmark
{
    private const int Runs = 9;

    /// <summary>Starts the published service several times.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string executable)
    {
        var seconds = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            var (server, readyAfter) = await ServerProcess.StartAsync(executable);
            server.Dispose();
            if (run > 0)
            {
                seconds.Add(readyAfter.TotalSeconds); // The first start also reads the files from disk.
            }
        }

        return [new Figure("process start to ready", "s", seconds, "at most 1.0")];
    }
}
