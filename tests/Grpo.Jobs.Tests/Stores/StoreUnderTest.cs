using Grpo.Jobs.Stores;
using Npgsql;

namespace Grpo.Jobs.Tests.Stores;

/// <summary>An empty store of one kind, thrown away after the test.</summary>
public abstract class StoreUnderTest : IAsyncDisposable
{
    /// <summary>Opens the store; more than one opened is more than one process as far as the store knows.</summary>
    public abstract IJobStore Open(TimeProvider? time = null);

    public abstract ValueTask DisposeAsync();
}

public sealed class SqliteUnderTest : StoreUnderTest
{
    private readonly string _folder = Directory.CreateTempSubdirectory("grpo-jobs-").FullName;

    public string ConnectionString => $"Data Source={Path.Combine(_folder, "jobs.db")}";

    public override IJobStore Open(TimeProvider? time = null) => new SqliteJobStore(ConnectionString, time ?? TimeProvider.System);

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A schema of its own in the database that GRPO_TEST_POSTGRES names.</summary>
public sealed class PostgresUnderTest : StoreUnderTest
{
    private readonly string _schema = "test_" + Guid.NewGuid().ToString("N");

    public static string? ConnectionString => Environment.GetEnvironmentVariable("GRPO_TEST_POSTGRES");

    public string SchemaConnectionString => new NpgsqlConnectionStringBuilder(ConnectionString) { SearchPath = _schema }.ConnectionString;

    public PostgresUnderTest() => Run($"CREATE SCHEMA {_schema}");

    public override IJobStore Open(TimeProvider? time = null) => new PostgresJobStore(SchemaConnectionString, time ?? TimeProvider.System);

    /// <summary>Cuts every connection of the store, as a restart of the server does.</summary>
    public static void CutConnections(string applicationName) =>
        Run($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{applicationName}' AND pid <> pg_backend_pid()");

    public override ValueTask DisposeAsync()
    {
        Run($"DROP SCHEMA {_schema} CASCADE");
        return ValueTask.CompletedTask;
    }

    private static void Run(string sql)
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}

/// <summary>A test on PostgreSQL: skipped, with the reason, where none is given.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresUnderTest.ConnectionString is { Length: > 0 } ? null : "needs GRPO_TEST_POSTGRES, the connection string of a PostgreSQL database";
}
