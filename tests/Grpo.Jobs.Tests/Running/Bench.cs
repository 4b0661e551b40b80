using Grpo.Engines;
using Grpo.Jobs.Evaluations;
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
    private int _failures;
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

    /// <summary>How often something went wrong and was to be tried again.</summary>
    public int Failures => Volatile.Read(ref _failures);

    public static async Task<Bench> OpenAsync(StoreUnderTest? under = null, bool run = true, int? pages = null, JobRunnerOptions? options = null)
    {
        under ??= new SqliteUnderTest();
        var store = under.Open();
        await store.MigrateAsync(CancellationToken.None);
        var bench = new Bench(under, store);
        if (run) bench.Run(options);
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

    public void Run(JobRunnerOptions? options = null) => _running = new JobRunner(Store, _catalog, options ?? Fast, TimeProvider.System, _ => Interlocked.Increment(ref _failures)).RunAsync(_stop.Token);

    /// <summary>Runs for a while on a store that the runner cannot tell that it stops.</summary>
    public async Task RunForAsync(TimeSpan time)
    {
        using var stop = new CancellationTokenSource(time);
        await new JobRunner(new UnreleasedStore(Store), _catalog, Fast with { Lease = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, _ => { }).RunAsync(stop.Token);
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

    /// <summary>Waits until that many samples are stored; a store that is away is asked again.</summary>
    public async Task UntilDoneAsync(Job job, long samples)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (await poll.WaitForNextTickAsync(patience.Token))
        {
            try
            {
                if ((await Store.FindAsync(job.Kind, job.Id, patience.Token))!.Done >= samples) return;
            }
            catch (JobStoreException)
            {
                // It comes back.
            }
        }
    }

    /// <summary>Waits until something goes wrong that had not yet.</summary>
    public async Task UntilFailedAsync(int before = 0)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Failures <= before) await poll.WaitForNextTickAsync(patience.Token);
    }

    /// <summary>The report of an evaluation, once it is over.</summary>
    public async Task<EvaluationReport> ReportAsync(Job job) => JobJson.Read<EvaluationReport>((await Store.ReadReportAsync((await UntilOverAsync(job)).Id, CancellationToken.None))!);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Store.DisposeAsync();
        await _catalog.DisposeAsync();
        await _under.DisposeAsync();
        _stop.Dispose();
    }
}
