using Npgsql;

namespace Grpo.Testing;

/// <summary>A schema of its own, for one test, in the PostgreSQL database that GRPO_TEST_POSTGRES names.</summary>
internal sealed class PostgresSchema : IDisposable
{
    private readonly string _name = "test_" + Guid.NewGuid().ToString("N");

    public PostgresSchema() => Run($"CREATE SCHEMA {_name}");

    /// <summary>The database's connection string; null where there is none.</summary>
    public static string? Database => Environment.GetEnvironmentVariable("GRPO_TEST_POSTGRES") is { Length: > 0 } given ? given : null;

    /// <summary>A connection string that sees this schema only.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(Database) { SearchPath = _name }.ConnectionString;

    /// <summary>Cuts every connection of that application, as a restart of the server does.</summary>
    public static void CutConnections(string applicationName) =>
        Run($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{applicationName}' AND pid <> pg_backend_pid()");

    public void Dispose() => Run($"DROP SCHEMA {_name} CASCADE");

    private static void Run(string sql)
    {
        using var connection = new NpgsqlConnection(Database);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}

/// <summary>A test on PostgreSQL: skipped, with the reason, where none is given.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresSchema.Database is null ? "needs GRPO_TEST_POSTGRES, the connection string of a PostgreSQL database" : null;
}
