using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grpo.Engines;
using Grpo.Evaluation;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Requests;

/// <summary>Limits of datasets.</summary>
/// <param name="Root">The folder that paths are relative to; null: no paths are allowed.</param>
/// <param name="MaxRows">The most rows of one dataset.</param>
/// <param name="MaxLineBytes">The longest row.</param>
public sealed record DatasetLimits(string? Root, int MaxRows, int MaxLineBytes);

/// <summary>Takes requests: checks them against the dataset and the baseline, stores rows and job. All or nothing.</summary>
public sealed class JobIntake(IJobStore store, PolicyCatalog policies, DatasetLimits limits, TimeProvider time)
{
    // Samples claimed together: small enough to share a job among replicas, large enough to keep a batch full.
    private const int ChunkSamples = 128;

    /// <summary>Takes a job.</summary>
    /// <param name="request">Of either kind.</param>
    /// <param name="idempotencyKey">The caller's key, or null.</param>
    /// <param name="cancellationToken">Calls it off; nothing is stored then.</param>
    /// <exception cref="JobRequestException">The request cannot be taken.</exception>
    /// <exception cref="IdempotencyConflictException">The key belongs to another request.</exception>
    /// <exception cref="Rollouts.PolicyNotFoundException">The policy is not known.</exception>
    public async Task<Job> SubmitAsync(JobRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (JobRules.Problems(request).ToList() is { Count: > 0 } problems) throw new JobRequestException(problems);
        var kind = request is EvaluationRequest ? JobKind.Evaluation : JobKind.Curation;
        var requestHash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), JobJson.Options)));
        if (idempotencyKey is not null && await store.FindByKeyAsync(kind, idempotencyKey, cancellationToken) is { } known)
        {
            return known.RequestHash == requestHash ? known : throw new IdempotencyConflictException(idempotencyKey);
        }

        var asked = request.Policy ?? policies.DefaultName;
        _ = policies.Get(asked);
        var rewards = JobRules.Bind(request.Rewards);
        var resolved = await TakeDatasetAsync(request, cancellationToken);
        var conditions = new JobConditions
        {
            DatasetHash = resolved.Dataset.Hash,
            Prompt = resolved.Prompt,
            Reference = resolved.Reference,
            Rewards = JobConditions.Identities(rewards, request.Rewards),
            Sampling = request.Sampling with { Seed = null },
            SamplesPerPrompt = request.SamplesPerPrompt,
            CorrectThreshold = (request as EvaluationRequest)?.CorrectThreshold ?? 1,
        };
        var spec = new JobSpec
        {
            Evaluation = (request as EvaluationRequest) is { } evaluation ? evaluation with { Dataset = evaluation.Dataset with { Rows = null }, Baseline = null } : null,
            Curation = (request as CurationRequest) is { } curation ? curation with { Dataset = curation.Dataset with { Rows = null } } : null,
            Policy = asked,
            // 31 bits: exact also for clients that read every JSON number as a double.
            Seed = request.Sampling.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            DatasetLabel = request.Dataset.Name ?? request.Dataset.Path ?? "rows",
            Metrics = request is EvaluationRequest measured ? MetricsOf(measured) : [],
            Conditions = conditions,
            Baseline = request is EvaluationRequest { Baseline: { } baseline } ? await BaselineAsync(baseline, conditions, cancellationToken) : null,
        };
        return await store.CreateAsync(
            new NewJob
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
                Kind = kind,
                Name = request.Name,
                Policy = asked.Split('@')[0],
                Spec = JobJson.Write(spec),
                DatasetId = resolved.Dataset.Id,
                Prompts = resolved.Dataset.Rows,
                SamplesPerPrompt = request.SamplesPerPrompt,
                ChunkPrompts = Math.Max(1, ChunkSamples / request.SamplesPerPrompt),
                IdempotencyKey = idempotencyKey,
                RequestHash = requestHash,
            },
            cancellationToken);
    }

    /// <summary>The metrics of an evaluation, those of its gates included.</summary>
    private static List<string> MetricsOf(EvaluationRequest request)
    {
        IEnumerable<string> wanted = request.Metrics ?? (request.SamplesPerPrompt == 1 ? ["pass@1", "mean_reward"] : ["pass@1", $"pass@{request.SamplesPerPrompt}", "mean_reward"]);
        return [.. wanted.Concat(request.Gates.Select(gate => gate.Metric)).Where(name => EvaluationMetric.TryParse(name, out _)).Distinct()];
    }

    private async Task<(StoredDataset Dataset, PromptTemplate Prompt, JsonElement? Reference)> TakeDatasetAsync(JobRequest request, CancellationToken cancellationToken)
    {
        var source = request.Dataset;
        try
        {
            if (source.Name is { } name)
            {
                var named = await store.FindDatasetAsync(name, cancellationToken) ?? throw new JobRequestException("dataset.name", $"No dataset is named '{name}'; upload it with PUT /v1/datasets/{name}.");
                var checks = new RowChecks(request, limits, "dataset.name");
                for (var first = 0; first < named.Rows; first += 1000)
                {
                    foreach (var row in await store.ReadRowsAsync(named.Id, first, 1000, cancellationToken)) checks.Check(JsonElement.Parse(row));
                }

                return (named, checks.Prompt, checks.Reference);
            }

            var path = source.Path is null ? "dataset.rows" : "dataset.path";
            await using var file = source.Path is { } relative ? Open(relative) : null;
            var rows = file is null ? source.Rows!.ToAsyncEnumerable() : DatasetLines.ReadAsync(file, path, limits.MaxLineBytes, cancellationToken);
            var rules = new RowChecks(request, limits, path);
            var stored = await store.AddDatasetAsync(rows.Select(row => rules.Check(row)), cancellationToken);
            return stored.Rows > 0 ? (stored, rules.Prompt, rules.Reference) : throw new JobRequestException(path, "The dataset has no rows.");
        }
        catch (DatasetException problem)
        {
            throw new JobRequestException(problem.Path, problem.Message);
        }
    }

    private FileStream Open(string relative)
    {
        if (limits.Root is not { } root) throw new JobRequestException("dataset.path", "Datasets:Root is not configured, so no file can be read.");
        var full = Path.GetFullPath(Path.Combine(root, relative));
        var below = Path.GetFullPath(root).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
        if (!full.StartsWith(below, StringComparison.Ordinal)) throw new JobRequestException("dataset.path", "Must lie below Datasets:Root.");
        var file = new FileInfo(full);

        // A link could lead out of the root.
        if (!file.Exists || file.ResolveLinkTarget(returnFinalTarget: true) is { } target && !target.FullName.StartsWith(below, StringComparison.Ordinal))
            throw new JobRequestException("dataset.path", $"There is no file '{relative}' below Datasets:Root.");
        return new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
    }

    private async Task<EvaluationReport> BaselineAsync(JsonElement baseline, JobConditions conditions, CancellationToken cancellationToken)
    {
        EvaluationReport report;
        try
        {
            if (BaselineId(baseline) is { } id)
            {
                var job = await store.FindAsync(JobKind.Evaluation, id, cancellationToken) ?? throw new JobRequestException("baseline", $"There is no evaluation '{id}'.");
                report = JobJson.Read<EvaluationReport>(job.Report ?? throw new JobRequestException("baseline", $"The evaluation '{job.Id}' is {job.Status.ToString().ToLowerInvariant()}; a baseline has succeeded."));
            }
            else
            {
                report = JobJson.Read<EvaluationReport>(baseline.GetRawText());
            }
        }
        catch (JsonException problem)
        {
            throw new JobRequestException("baseline", $"It is not the JSON report of an evaluation: {problem.Message.Split(" Path:")[0]}");
        }

        var differences = conditions.DifferencesFrom(report.Conditions);
        return differences.Count == 0
            ? report with { Worst = [], Gates = [] }
            : throw new JobRequestException("baseline", $"It cannot be compared: {string.Join(", ", differences)} {(differences.Count == 1 ? "differs" : "differ")} from this evaluation.");
    }

    // An evaluation as GET answers it, without its report, stands for its id.
    private static string? BaselineId(JsonElement baseline) => baseline switch
    {
        { ValueKind: JsonValueKind.String } => baseline.GetString(),
        _ when !baseline.TryGetProperty("conditions", out _) && baseline.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String => id.GetString(),
        _ => null,
    };

    /// <summary>Checks rows as they pass: every row makes a prompt.</summary>
    private sealed class RowChecks(JobRequest request, DatasetLimits limits, string path)
    {
        private RowPrompts? _prompts;
        private int _count;

        public PromptTemplate Prompt { get; private set; } = request.Prompt ?? new PromptTemplate();

        public JsonElement? Reference { get; private set; } = request.Reference;

        public string Check(JsonElement row)
        {
            if (_count == limits.MaxRows) throw new DatasetException(path, $"A dataset has at most {limits.MaxRows} rows.");
            if (_prompts is null)
            {
                if (request.Prompt is null || request.Reference is null)
                {
                    var format = DatasetFormat.Of(row);
                    Prompt = request.Prompt ?? format?.Prompt ?? throw new DatasetException("prompt", "Say how a row becomes a prompt: its form is not one of the known ones (question, problem, prompt or messages).");
                    Reference = request.Reference ?? format?.Reference;
                }

                _prompts = new RowPrompts(Prompt, Reference);
            }

            try
            {
                _prompts.Of(row);
            }
            catch (DatasetException problem)
            {
                throw new DatasetException(problem.Path, $"Row {_count} of the dataset (counted from 0): {problem.Message}");
            }

            _count++;
            return JsonSerializer.Serialize(row, JobJson.Options);
        }
    }
}
