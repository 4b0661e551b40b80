using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Evaluation;
using Grpo.Jobs.Datasets;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Jobs.Requests;

/// <summary>Something wrong with a request.</summary>
/// <param name="Path">The caller's JSON path, such as <c>gates[0].metric</c>.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record RequestProblem(string Path, string Message);

/// <summary>A request that cannot be taken; nothing was stored.</summary>
public sealed class JobRequestException(IReadOnlyList<RequestProblem> problems) : Exception($"{problems[0].Path}: {problems[0].Message}")
{
    /// <summary>One problem.</summary>
    public JobRequestException(string path, string message) : this([new RequestProblem(path, message)]) { }

    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<RequestProblem> Problems { get; } = problems;
}

/// <summary>The rules of job requests, besides those of sampling and rewards, which rollouts have too.</summary>
public static class JobRules
{
    private const int LongestName = 200;

    /// <summary>What is wrong with a request of either kind.</summary>
    public static IEnumerable<RequestProblem> Problems(JobRequest request)
    {
        foreach (var (field, text) in ((string, string?)[])[("name", request.Name), ("commit", request.Commit)])
        {
            if (text is { Length: 0 or > LongestName } || text?.Any(char.IsControl) == true) yield return new(field, $"Must have 1 to {LongestName} characters, none of them a control character.");
        }

        if (request.Policy is { Length: 0 }) yield return new("policy", "Must not be empty.");
        var sources = new object?[] { request.Dataset.Rows, request.Dataset.Path, request.Dataset.Name }.Count(source => source is not null);
        if (sources != 1) yield return new("dataset", "Give exactly one of rows, path and name.");
        if (request.Dataset.Name is { } dataset && !DatasetNames.IsValid(dataset)) yield return new("dataset.name", DatasetNames.Rule);
        if (request.Dataset.Rows is { Count: 0 }) yield return new("dataset.rows", "At least one row is needed.");
        foreach (var (index, row) in (request.Dataset.Rows ?? []).Index().Where(row => row.Item.ValueKind != JsonValueKind.Object))
        {
            yield return new($"dataset.rows[{index}]", $"Must be an object, not {row.ValueKind.ToString().ToLowerInvariant()}.");
        }

        foreach (var (path, _) in Elements(request).Where(element => !JsonUnicode.IsValid(element.Json))) yield return new(path, JsonUnicode.Rule);

        if (request.Prompt is { } prompt)
        {
            if (new object?[] { prompt.Messages, prompt.Text, prompt.MessagesField }.Count(source => source is not null) != 1) yield return new("prompt", "Give exactly one of messages, text and messages_field.");
            if (prompt.Messages is { Count: 0 }) yield return new("prompt.messages", "A conversation needs at least one message.");
            foreach (var (index, message) in (prompt.Messages ?? []).Index())
            {
                // A null in a list gets past the reader, which checks properties only.
                if (message is null) yield return new($"prompt.messages[{index}]", "Must be an object with a role.");
                else if (message["role"] is not JsonValue role || !role.TryGetValue<string>(out var name) || name.Length == 0) yield return new($"prompt.messages[{index}].role", "A message needs a role, such as user.");
            }

            if (prompt.Text is { Length: 0 }) yield return new("prompt.text", "A prompt needs at least one token.");
        }

        if (request.Reference is { ValueKind: not JsonValueKind.Object }) yield return new("reference", "Must be an object.");
        if (request.SamplesPerPrompt < 1) yield return new("samples_per_prompt", "Must be at least 1.");
        foreach (var problem in request switch { EvaluationRequest evaluation => OfEvaluation(evaluation), CurationRequest curation => OfKeep(curation.Keep), _ => [] })
        {
            yield return problem;
        }
    }

    /// <summary>Token ids of the sampling settings that the policy's vocabulary does not have.</summary>
    public static IEnumerable<RequestProblem> OutsideVocabulary(RolloutSampling sampling, PolicyInfo policy)
    {
        var rule = $"The policy '{policy.Name}' has the token ids 0 to {policy.VocabSize - 1}.";
        foreach (var (index, _) in sampling.StopTokenIds.Index().Where(id => id.Item < 0 || id.Item >= policy.VocabSize)) yield return new($"sampling.stop_token_ids[{index}]", rule);
        foreach (var id in sampling.LogitBias.Keys.Where(id => int.Parse(id) >= policy.VocabSize)) yield return new($"sampling.logit_bias.{id}", rule);
    }

    // The parts that are read when they are used, not before.
    private static IEnumerable<(string Path, JsonElement Json)> Elements(JobRequest request)
    {
        foreach (var (index, row) in (request.Dataset.Rows ?? []).Index()) yield return ($"dataset.rows[{index}]", row);
        if (request.Reference is { } reference) yield return ("reference", reference);
        foreach (var (index, reward) in request.Rewards.Index())
        {
            if (reward?.Params is { } parameters) yield return ($"rewards[{index}].params", parameters);
        }

        if (request is EvaluationRequest { Baseline: { } baseline }) yield return ("baseline", baseline);
    }

    private static IEnumerable<RequestProblem> OfEvaluation(EvaluationRequest request)
    {
        foreach (var (index, name) in (request.Metrics ?? []).Index().Where(metric => !EvaluationMetric.TryParse(metric.Item, out _)))
        {
            yield return new($"metrics[{index}]", $"'{name}' is no metric. There are pass@k, pass^k and maj@k with k of at least 1, and mean_reward.");
        }

        if (request.Metrics is { Count: 0 }) yield return new("metrics", "At least one metric is needed.");
        if (!double.IsFinite(request.CorrectThreshold)) yield return new("correct_threshold", "Must be a finite number.");
        if (request.MaxErrorRate is not (>= 0 and <= 1)) yield return new("max_error_rate", "Must be from 0 to 1.");
        foreach (var (index, gate) in request.Gates.Index())
        {
            if (gate is null)
            {
                yield return new($"gates[{index}]", "Must not be null.");
                continue;
            }

            if (!EvaluationMetric.TryParse(gate.Metric, out _) && !request.Rewards.Any(reward => gate.Metric == $"rewards/{reward?.Name}/mean"))
                yield return new($"gates[{index}].metric", $"'{gate.Metric}' is no metric. There are pass@k, pass^k, maj@k, mean_reward and rewards/{{name}}/mean of a reward of this request.");
            if (new[] { gate.Min, gate.Max, gate.MinLowerBound, gate.MaxRegression }.All(bound => bound is null))
                yield return new($"gates[{index}]", "Give at least one of min, max, min_lower_bound and max_regression.");
            if (gate.MaxRegression is < 0) yield return new($"gates[{index}].max_regression", "Must be at least 0.");
            if (gate.MaxRegression is not null && request.Baseline is null) yield return new($"gates[{index}].max_regression", "A regression is measured against a baseline: give baseline, the id of a finished evaluation or its JSON report.");
        }

        if (request.Baseline is { ValueKind: not (JsonValueKind.String or JsonValueKind.Object) }) yield return new("baseline", "Must be the id of a finished evaluation, or its JSON report.");
    }

    private static IEnumerable<RequestProblem> OfKeep(KeepRules keep)
    {
        if (keep.MinReward is { } least && !double.IsFinite(least)) yield return new("keep.min_reward", "Must be a finite number.");
        if (keep.BestOf is < 1) yield return new("keep.best_of", "Must be at least 1.");
        if (keep.MaxPerPrompt is < 1) yield return new("keep.max_per_prompt", "Must be at least 1.");
        if (keep.MinPassRate is not (null or >= 0 and <= 1)) yield return new("keep.min_pass_rate", "Must be from 0 to 1.");
        if (keep.MaxPassRate is not (null or >= 0 and <= 1)) yield return new("keep.max_pass_rate", "Must be from 0 to 1.");
        if (keep.MinPassRate > keep.MaxPassRate) yield return new("keep.max_pass_rate", "Must not be less than min_pass_rate.");
        if (keep.MaxParagraphCharacters < 1) yield return new("keep.max_paragraph_characters", "Must be at least 1.");
        if (keep.MaxOverlap is not (> 0 and <= 1)) yield return new("keep.max_overlap", "Must be above 0 and at most 1.");
    }

    /// <summary>Binds the rewards of a request.</summary>
    /// <exception cref="JobRequestException">One is unknown, given twice, or has wrong parameters.</exception>
    public static RewardSet Bind(IReadOnlyList<RewardSpec> rewards)
    {
        try
        {
            return rewards.ToRewardSet();
        }
        catch (Exception problem) when (problem is ArgumentException or RewardParamsException)
        {
            throw new JobRequestException("rewards", problem.Message);
        }
    }
}
