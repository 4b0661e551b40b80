using Grpo.Engines;
using Grpo.Engines.Onnx;
using Grpo.Engines.Tokenizers;
using Grpo.Jobs.Curations;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;

namespace Grpo.Cli;

/// <summary>Does a job in this process, with a model folder and a store that is thrown away.</summary>
internal sealed class LocalWorkplace : IWorkplace
{
    /// <summary>The name of the policy in this process.</summary>
    public const string PolicyName = "policy";

    private const int MostRows = 10_000_000;
    private const int LongestRow = 16 << 20;

    private readonly PolicyCatalog _policies = new(PolicyName);
    private readonly string _folder = Directory.CreateTempSubdirectory("grpo-").FullName;
    private readonly SqliteJobStore _store;
    private readonly CancellationTokenSource _stop = new();
    private readonly string _datasets;
    private Task _running = Task.CompletedTask;
    private Exception? _problem;
    private Job? _job;

    private LocalWorkplace(string datasets)
    {
        _datasets = datasets;
        _store = new SqliteJobStore($"Data Source={Path.Combine(_folder, "jobs.db")}", TimeProvider.System);
    }

    /// <summary>Loads the model.</summary>
    public static async Task<LocalWorkplace> OpenAsync(string modelFolder, string datasets, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(modelFolder)) throw new UsageException($"There is no model folder {modelFolder}.");
        var workplace = new LocalWorkplace(datasets);
        try
        {
            workplace._policies.Add(await Task.Run(() => OnnxPolicy.Open(PolicyName, modelFolder, ModelTokenizer.Load(modelFolder, TimeProvider.System), new OnnxPolicyOptions()), cancellationToken));
            await workplace._store.MigrateAsync(cancellationToken);
            return workplace;
        }
        catch
        {
            await workplace.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<string> RunAsync(JobRequest request, FileInfo dataset, Progress progress, CancellationToken cancellationToken)
    {
        var intake = new JobIntake(_store, _policies, new DatasetLimits(_datasets, MostRows, LongestRow), TimeProvider.System);
        _job = await intake.SubmitAsync(request, null, cancellationToken);
        var options = new JobRunnerOptions { Poll = TimeSpan.FromMilliseconds(20) };
        _running = new JobRunner(_store, _policies, options, TimeProvider.System, problem => _problem = problem).RunAsync(_stop.Token);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await poll.WaitForNextTickAsync(cancellationToken))
        {
            _job = (await _store.FindAsync(_job.Kind, _job.Id, cancellationToken))!;
            progress.Show(_job.Done, _job.Total);
            if (_job.IsOver) return await _store.ReadReportAsync(_job.Id, cancellationToken) ?? throw new BrokenException(_job.Error ?? "The job ended without a report.");

            // There is nobody else who could use the store, so what it refuses now it will refuse later.
            if (_problem is JobStoreException store) throw store;
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ResultsAsync(CancellationToken cancellationToken) =>
        _job!.Kind == JobKind.Evaluation ? SampleLines.ReadAsync(_store, _job, cancellationToken) : CurationReports.ReadLinesAsync(_store, _job, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _policies.DisposeAsync();
        await _store.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
