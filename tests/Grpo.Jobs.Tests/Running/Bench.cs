using Grpo.Engines;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;
using Grpo.Jobs.Tests.Stores;

namespace Grpo.Jobs.Tests.Running;

/// <summary>A store, a policy and a runner.</summary>
internal sealed class Bench : IAsyncDisposable
{
    public static readonly JobRunnerOptions Fast = new() { Lease = TimeSpan.FromSeconds(10), Poll = TimeSpan.FromMilliseconds(10) };

    private readonly StoreUnderTest _under;
    private readonly PolicyCatalog _catalog = new("scripted");
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    private Bench(StoreUnderTest under, IJobStore store)
    {
        (_under, Store) = (under, store);
        _catalog.Add(Policy);
        Intake = new JobIntake(store, _catalog, new DatasetLimits(null, 1_000_000, 1_000_000), TimeProvider.System);
    }

    public ScriptedPolicy Policy { get; } = new();

    public IJobStore Store { get; }

    public JobIntake Intake { get; }

    /// <summary>The first thing that went wrong and is tried again.</summary>
    public Task FailedAsync => _failed.Task;

    public static async Task<Bench> OpenAsync(StoreUnderTest? under = null, bool run = true, int? pages = null)
    {
        under ??= new SqliteUnderTest();
        var store = under.Open();
        await store.MigrateAsync(CancellationToken.None);
        var bench = new Bench(under, store);
        if (run) bench.Run();
        if (pages is not null)
        {
            await bench.Store.ListDatasetsAsync(CancellationToken.None);
            var once = 0;
            bench.Policy.Before = (request, _) =>
            {
                if (request.PromptIndex == 500 && Interlocked.Exchange(ref once, 1) == 0) ((SqliteJobStore)store).MaxPages = pages;
                return Task.CompletedTask;
            };
        }

        return bench;
    }

    public Task<Job> SubmitAsync(JobRequest request) => Intake.SubmitAsync(request, null, CancellationToken.None);

    public void Run() => _running = new JobRunner(Store, _catalog, Fast, TimeProvider.System, problem => _failed.TrySetResult()).RunAsync(_stop.Token);

    /// <summary>Runs for a while on a store that the runner cannot tell that it stops.</summary>
    public async Task RunForAsync(TimeSpan time)
    {
        using var stop = new CancellationTokenSource(time);
        await new JobRunner(new Unreleased(Store), _catalog, Fast with { Lease = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, _ => { }).RunAsync(stop.Token);
    }

    public async Task<Job> UntilOverAsync(Job job)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            var now = (await Store.FindAsync(job.Kind, job.Id, patience.Token))!;
            if (now.IsOver)
            {
                Assert.True(now.Status != JobStatus.Failed, now.Error);
                return now;
            }

            await poll.WaitForNextTickAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Store.DisposeAsync();
        await _catalog.DisposeAsync();
        await _under.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Forwards everything but the release of leases.</summary>
    private sealed class Unreleased(IJobStore store) : IJobStore
    {
        public Task ReleaseAsync(string owner, JobChunk? chunk, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task MigrateAsync(CancellationToken cancellationToken) => store.MigrateAsync(cancellationToken);

        public Task<StoredDataset> AddDatasetAsync(IAsyncEnumerable<string> rows, CancellationToken cancellationToken) => store.AddDatasetAsync(rows, cancellationToken);

        public Task<bool> NameDatasetAsync(string name, string datasetId, CancellationToken cancellationToken) => store.NameDatasetAsync(name, datasetId, cancellationToken);

        public Task<StoredDataset?> FindDatasetAsync(string name, CancellationToken cancellationToken) => store.FindDatasetAsync(name, cancellationToken);

        public Task<IReadOnlyList<NamedDataset>> ListDatasetsAsync(CancellationToken cancellationToken) => store.ListDatasetsAsync(cancellationToken);

        public Task<bool> RemoveDatasetAsync(string name, CancellationToken cancellationToken) => store.RemoveDatasetAsync(name, cancellationToken);

        public Task<IReadOnlyList<string>> ReadRowsAsync(string datasetId, int first, int count, CancellationToken cancellationToken) => store.ReadRowsAsync(datasetId, first, count, cancellationToken);

        public Task<Job> CreateAsync(NewJob job, CancellationToken cancellationToken) => store.CreateAsync(job, cancellationToken);

        public Task<Job?> FindByKeyAsync(JobKind kind, string idempotencyKey, CancellationToken cancellationToken) => store.FindByKeyAsync(kind, idempotencyKey, cancellationToken);

        public Task<Job?> FindAsync(JobKind kind, string id, CancellationToken cancellationToken) => store.FindAsync(kind, id, cancellationToken);

        public Task<IReadOnlyList<Job>> ListAsync(JobKind kind, long? before, int limit, CancellationToken cancellationToken) => store.ListAsync(kind, before, limit, cancellationToken);

        public Task<IReadOnlyList<JobCount>> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

        public Task<bool> CancelAsync(string id, CancellationToken cancellationToken) => store.CancelAsync(id, cancellationToken);

        public Task<JobChunk?> ClaimAsync(string owner, IReadOnlyList<string> policies, TimeSpan lease, CancellationToken cancellationToken) => store.ClaimAsync(owner, policies, lease, cancellationToken);

        public Task RenewAsync(string owner, TimeSpan lease, CancellationToken cancellationToken) => store.RenewAsync(owner, lease, cancellationToken);

        public Task<IReadOnlyList<string>> OwnersAsync(CancellationToken cancellationToken) => store.OwnersAsync(cancellationToken);

        public Task<IReadOnlySet<int>> FinishedPromptsAsync(string jobId, int first, int count, CancellationToken cancellationToken) => store.FinishedPromptsAsync(jobId, first, count, cancellationToken);

        public Task<bool> CommitAsync(string jobId, IReadOnlyList<SampleResult> results, JobChunk? finished, CancellationToken cancellationToken) => store.CommitAsync(jobId, results, finished, cancellationToken);

        public Task<Job?> ClaimFinishAsync(string owner, TimeSpan lease, CancellationToken cancellationToken) => store.ClaimFinishAsync(owner, lease, cancellationToken);

        public Task<bool> FinishAsync(string jobId, JobStatus status, string? report, string? error, CancellationToken cancellationToken) => store.FinishAsync(jobId, status, report, error, cancellationToken);

        public Task<IReadOnlyList<SampleResult>> ReadResultsAsync(string jobId, int firstPrompt, int prompts, CancellationToken cancellationToken) => store.ReadResultsAsync(jobId, firstPrompt, prompts, cancellationToken);

        public Task<int> RemoveExpiredAsync(DateTimeOffset before, CancellationToken cancellationToken) => store.RemoveExpiredAsync(before, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
