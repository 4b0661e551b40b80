using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Grpo.Testing;

/// <summary>A PostgreSQL server of one test's own, which it may stop and start; PostgreSQL refuses to run as root, so root runs it as the user postgres.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private static readonly string? Bin = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        : null;

    private readonly string _folder;
    private readonly int _port = FreePort();

    private PostgresCluster(string folder) => _folder = folder;

    /// <summary>Why there is none; null when there is.</summary>
    public static string? MissingReason => Bin is null ? "needs PostgreSQL's programs below /usr/lib/postgresql" : null;

    /// <summary>How the server is reached while it runs.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres";

    /// <summary>Makes and starts one.</summary>
    public static async Task<PostgresCluster> StartAsync()
    {
        var cluster = new PostgresCluster((await RunAsync("mktemp -d /tmp/grpo-postgres-XXXXXX")).Trim());
        await RunAsync($"{Bin}/initdb --no-sync -D {cluster._folder}/data -A trust -U postgres");
        await cluster.UpAsync();
        return cluster;
    }

    /// <summary>Starts it again; it recovers what was committed.</summary>
    public Task UpAsync() => RunAsync($"{Bin}/pg_ctl -D {_folder}/data -o '-h 127.0.0.1 -p {_port} -k {_folder}' -l {_folder}/log -w start");

    /// <summary>Stops it: at once as by a crash, or in an orderly way that cuts all connections.</summary>
    public Task DownAsync(bool crash) => RunAsync($"{Bin}/pg_ctl -D {_folder}/data -m {(crash ? "immediate" : "fast")} -w stop");

    public async ValueTask DisposeAsync() => await RunAsync($"{Bin}/pg_ctl -D {_folder}/data -m immediate -w stop; rm -rf {_folder}");

    private static async Task<string> RunAsync(string script)
    {
        // The server keeps its standard output, so a pipe would never end: files do.
        string[] command = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--", "/bin/sh", "-c"] : ["/bin/sh", "-c"];
        var output = Path.GetTempFileName();
        try
        {
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "\"$@\" > \"$0\" 2>&1 < /dev/null", output, .. command, script]) { WorkingDirectory = "/", UseShellExecute = false })!;
            await process.WaitForExitAsync();
            var text = await File.ReadAllTextAsync(output);
            return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{script}: {text}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A test that stops and starts a PostgreSQL server: skipped, with the reason, where its programs are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresClusterFactAttribute : FactAttribute
{
    public PostgresClusterFactAttribute() => Skip = PostgresCluster.MissingReason;
}
