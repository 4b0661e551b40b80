using System.Text.Json;
using Grpo.Engines;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Requests;

/// <summary>Limits of datasets.</summary>
/// <param name="Root">The folder that paths are relative to; null: no paths are allowed.</param>
/// <param name="MaxRows">The most rows of one dataset.</param>
/// <param name="MaxLineBytes">The longest row.</param>
public sealed record DatasetLimits(string? Root, int MaxRows, int MaxLineBytes);

/// <summary>Takes the rows of a request, from wherever it says, and checks that each makes a prompt.</summary>
internal sealed class DatasetIntake(IJobStore store, DatasetLimits limits)
{
    /// <summary>Stores the rows of a request, or finds them.</summary>
    /// <exception cref="JobRequestException">A row cannot be used, or there is no such dataset.</exception>
    public async Task<(StoredDataset Dataset, PromptTemplate Prompt, JsonElement? Reference)> TakeAsync(JobRequest request, CancellationToken cancellationToken)
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
        var root = limits.Root ?? throw new JobRequestException("dataset.path", "Datasets:Root is not configured, so no file can be read.");
        var file = ConfinedPath.Resolve(root, relative) ?? throw new JobRequestException("dataset.path", "Must be relative, and must not lead out of Datasets:Root.");
        if (!File.Exists(file)) throw new JobRequestException("dataset.path", $"There is no file '{relative}' below Datasets:Root.");
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new JobRequestException("dataset.path", $"The file '{relative}' cannot be read.");
        }
    }

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
