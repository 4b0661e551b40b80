using System.Security.Cryptography;
using System.Text.Json;
using Grpo.Engines;
using Grpo.Evaluation;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Reports;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Requests;

/// <summary>Takes requests: checks them against the dataset, the policy and the baseline, stores rows and job. All or nothing.</summary>
public sealed class JobIntake(IJobStore store, PolicyCatalog policies, DatasetLimits limits, TimeProvider time)
{
    // Samples claimed together: small enough to share a job among replicas, large enough to keep a batch full.
    private const int ChunkSamples = 128;
    private const int LongestKey = 255;

    private readonly DatasetIntake _datasets = new(store, limits);

    /// <summary>Takes a job.</summary>
    /// <param name="request">Of either kind.</param>
    /// <param name="idempotencyKey">The caller's key, or null.</param>
    /// <param name="cancellationToken">Calls it off; nothing is stored then.</param>
    /// <exception cref="JobRequestException">The request cannot be taken.</exception>
    /// <exception cref="IdempotencyConflictException">The key belongs to another request.</exception>
    /// <exception cref="Rollouts.PolicyNotFoundException">The policy is not known.</exception>
    public async Task<Job> SubmitAsync(JobRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (idempotencyKey?.Length > LongestKey) throw new JobRequestException("Idempotency-Key", $"Must have at most {LongestKey} characters.");
        if (JobRules.Problems(request).ToList() is { Count: > 0 } problems) throw new JobRequestException(problems);
        var kind = request is EvaluationRequest ? JobKind.Evaluation : JobKind.Curation;
        var requestHash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, request.GetType(), JobJson.Options)));
        if (idempotencyKey is not null && await store.FindByKeyAsync(kind, idempotencyKey, cancellationToken) is { } known)
        {
            return known.RequestHash == requestHash ? known : throw new IdempotencyConflictException(idempotencyKey);
        }

        var asked = request.Policy ?? policies.DefaultName;
        var policy = policies.Get(asked).Info;
        if (JobRules.OutsideVocabulary(request.Sampling, policy).ToList() is { Count: > 0 } unknown) throw new JobRequestException(unknown);
        var rewards = JobRules.Bind(request.Rewards);
        var resolved = await _datasets.TakeAsync(request, cancellationToken);
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
            Engine = new ReportEngine(policy.Engine, policy.Provider, policy.Dtype),
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
                Baseline = request is EvaluationRequest { Baseline: { } baseline } ? await Baselines.ReadAsync(store, baseline, conditions, resolved.Dataset.Rows, cancellationToken) : null,
            },
            cancellationToken);
    }

    /// <summary>The metrics of an evaluation, those of its gates included.</summary>
    private static List<string> MetricsOf(EvaluationRequest request)
    {
        IEnumerable<string> wanted = request.Metrics ?? (request.SamplesPerPrompt == 1 ? ["pass@1", "mean_reward"] : ["pass@1", $"pass@{request.SamplesPerPrompt}", "mean_reward"]);
        return [.. wanted.Concat(request.Gates.Select(gate => gate.Metric)).Where(name => EvaluationMetric.TryParse(name, out _)).Distinct()];
    }
}
