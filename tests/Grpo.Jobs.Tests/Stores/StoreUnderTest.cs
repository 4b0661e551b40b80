using Grpo.Jobs.Stores;
using Grpo.Testing;

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

/// <summary>A database on a server of its own, which may be stopped and started.</summary>
internal sealed class PostgresClusterUnderTest(PostgresCluster cluster) : StoreUnderTest
{
    public override IJobStore Open(TimeProvider? time = null) => new PostgresJobStore(cluster.ConnectionString, time ?? TimeProvider.System);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A schema of its own in the database that GRPO_TEST_POSTGRES names.</summary>
public sealed class PostgresUnderTest : StoreUnderTest
{
    private readonly PostgresSchema _schema = new();

    public string ConnectionString => _schema.ConnectionString;

    public override IJobStore Open(TimeProvider? time = null) => new PostgresJobStore(ConnectionString, time ?? TimeProvider.System);

    public override ValueTask DisposeAsync()
    {
        _schema.Dispose();
        return ValueTask.CompletedTask;
    }
}
