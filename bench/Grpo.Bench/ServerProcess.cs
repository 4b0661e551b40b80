using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Grpo.Bench;

/// <summary>The published service as a process of its own.</summary>
public sealed class ServerProcess : IDisposable
{
    private const string Url = "http://127.0.0.1:5089";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private ServerProcess(Process process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    /// <summary>Talks to the service.</summary>
    public HttpClient Client { get; } = new() { BaseAddress = new Uri(Url) };

    /// <summary>Resident memory in MB.</summary>
    public double ResidentMegabytes() => Megabytes("VmRSS:");

    /// <summary>The most resident memory in MB since <see cref="ForgetPeak"/>.</summary>
    public double PeakMegabytes() => Megabytes("VmHWM:");

    /// <summary>Lets the peak of the resident memory begin anew.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    /// <summary>Starts the service and waits until it can answer rollouts.</summary>
    /// <param name="executable">The published service.</param>
    /// <param name="settings">Further arguments.</param>
    /// <returns>The service, and the time from the start of the process to readiness.</returns>
    public static async Task<(ServerProcess Server, TimeSpan ReadyAfter)> StartAsync(string executable, params string[] settings)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("grpo-bench-");
        var server = new ServerProcess(Process.Start(new ProcessStartInfo(executable, ["--urls", Url, "--Logging:LogLevel:Default", "Warning", "--Jobs:ConnectionString", $"Data Source={Path.Combine(folder.FullName, "jobs.db")}", .. settings]))!, folder);
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            try
            {
                using var response = await server.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return (server, Stopwatch.GetElapsedTime(started));
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2));
        }

        server.Dispose();
        throw new TimeoutException($"{executable} was not ready within {Patience.TotalSeconds} s.");
    }

    private double Megabytes(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1000;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
        Client.Dispose();
    }
}
