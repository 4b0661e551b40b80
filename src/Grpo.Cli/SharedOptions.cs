using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Requests;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Cli;

/// <summary>The options that evaluating and curating have in common, and what they ask for.</summary>
internal sealed class SharedOptions
{
    private readonly Option<FileInfo> _dataset = new("--dataset") { Description = "The rows: a file of one JSON object per line (GSM8K, MATH-500, AIME, chat messages, or your own fields).", Required = true };
    private readonly Option<string?> _server = new("--server") { Description = "The service that does the work, such as http://127.0.0.1:5080." };
    private readonly Option<string?> _policy = new("--policy") { Description = "Without --server: the model folder, loaded in this process. With --server: the name of a policy there." };
    private readonly Option<string?> _key = new("--api-key") { Description = "A key of the service; also GRPO_API_KEY." };
    private readonly Option<string?> _promptField = new("--prompt-field") { Description = "The field that is the prompt; default: known from the form of the rows." };
    private readonly Option<string?> _prompt = new("--prompt") { Description = "The user's message as a template, such as 'Solve: {question}'." };
    private readonly Option<string?> _system = new("--system") { Description = "A system message before it." };
    private readonly Option<string?> _answerField = new("--answer-field") { Description = "The field that is the right answer; default: known from the form of the rows." };
    private readonly Option<int> _samples = new("--samples") { Description = "Completions per prompt.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _temperature = new("--temperature") { Description = "Divisor of the logits; 0 is greedy.", DefaultValueFactory = _ => 1.0 };
    private readonly Option<double> _topP = new("--top-p") { Description = "Nucleus sampling.", DefaultValueFactory = _ => 1.0 };
    private readonly Option<int> _maxTokens = new("--max-tokens") { Description = "The most tokens of a completion.", DefaultValueFactory = _ => 256 };
    private readonly Option<long?> _seed = new("--seed") { Description = "Determines every draw; default: drawn and printed." };
    private readonly Option<string[]> _rewards = new("--reward") { Description = "NAME or NAME:WEIGHT; may be repeated; the first decides what is correct. Default: accuracy.", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _name = new("--name") { Description = "A name for reports." };
    private readonly Option<string?> _commit = new("--commit") { Description = "The commit that is measured, for reports; default: GITHUB_SHA or CI_COMMIT_SHA." };
    private readonly Option<FileInfo?> _summary = new("--summary") { Description = "Markdown is appended to this file, such as $GITHUB_STEP_SUMMARY." };

    public SharedOptions()
    {
        Require(_samples, value => value >= 1, "must be at least 1");
        Require(_temperature, value => value >= 0 && double.IsFinite(value), "must be at least 0");
        Require(_topP, value => value is > 0 and <= 1, "must be above 0 and at most 1");
        Require(_maxTokens, value => value >= 1, "must be at least 1");
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_dataset, _server, _policy, _key, _promptField, _prompt, _system, _answerField, _samples, _temperature, _topP, _maxTokens, _seed, _rewards, _name, _commit, _summary]) command.Options.Add(option);
    }

    // Through links: the folder of a local job's file is the root that its path must not leave.
    public FileInfo Dataset(ParseResult parsed) => parsed.GetValue(_dataset) is { Exists: true } file ? file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file : throw new UsageException($"There is no file {parsed.GetValue(_dataset)}.");

    public FileInfo? Summary(ParseResult parsed) => parsed.GetValue(_summary);

    /// <summary>Where the work is done.</summary>
    public async Task<IWorkplace> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (server, policy) = (parsed.GetValue(_server), parsed.GetValue(_policy));
        if (server is not null) return new ServerWorkplace(server, parsed.GetValue(_key) ?? Environment.GetEnvironmentVariable("GRPO_API_KEY"));
        return policy is null ? throw new UsageException("Say who does the work: --server URL, or --policy FOLDER to load a model here.") : await LocalWorkplace.OpenAsync(policy, Dataset(parsed).DirectoryName!, cancellationToken);
    }

    /// <summary>The common part of a request.</summary>
    public T Apply<T>(T request, ParseResult parsed)
        where T : JobRequest => request with
        {
            Name = parsed.GetValue(_name) ?? Path.GetFileNameWithoutExtension(Dataset(parsed).Name),
            Commit = parsed.GetValue(_commit) ?? Variable("GITHUB_SHA") ?? Variable("CI_COMMIT_SHA"),
            Policy = parsed.GetValue(_server) is null ? LocalWorkplace.PolicyName : parsed.GetValue(_policy),
            Dataset = new DatasetSource { Path = Dataset(parsed).Name },
            Prompt = Prompt(parsed),
            Reference = parsed.GetValue(_answerField) is { } field ? JsonSerializer.SerializeToElement(new JsonObject { ["answer"] = $"{{{field}}}" }) : null,
            SamplesPerPrompt = parsed.GetValue(_samples),
            Sampling = new RolloutSampling { Temperature = parsed.GetValue(_temperature), TopP = parsed.GetValue(_topP), MaxTokens = parsed.GetValue(_maxTokens), Seed = parsed.GetValue(_seed) },
            Rewards = [.. (parsed.GetValue(_rewards) is { Length: > 0 } given ? given : ["accuracy"]).Select(Reward)],
        };

    /// <summary>Reads METRIC=NUMBER.</summary>
    public static (string Metric, double Bound) Bound(string text, string option) =>
        text.LastIndexOf('=') is > 0 and var at && double.TryParse(text.AsSpan(at + 1), out var bound) && double.IsFinite(bound) ? (text[..at], bound) : throw new UsageException($"{option} wants METRIC=NUMBER, such as pass@1=0.4, not '{text}'.");

    private PromptTemplate? Prompt(ParseResult parsed)
    {
        var (field, text, system) = (parsed.GetValue(_promptField), parsed.GetValue(_prompt), parsed.GetValue(_system));
        if (field is not null && text is not null) throw new UsageException("Give --prompt-field or --prompt, not both.");
        var user = text ?? (field is null ? null : $"{{{field}}}");
        if (user is null) return system is null ? null : throw new UsageException("--system needs --prompt-field or --prompt.");
        var message = new JsonObject { ["role"] = "user", ["content"] = user };
        return new PromptTemplate { Messages = system is null ? [message] : [new JsonObject { ["role"] = "system", ["content"] = system }, message] };
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static RewardSpec Reward(string text)
    {
        var parts = text.Split(':', 2);
        if (parts.Length == 1) return new RewardSpec { Name = text };
        return double.TryParse(parts[1], out var weight) ? new RewardSpec { Name = parts[0], Weight = weight } : throw new UsageException($"--reward wants NAME or NAME:WEIGHT, not '{text}'.");
    }

    private static void Require<T>(Option<T> option, Func<T, bool> holds, string rule) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && result.GetValueOrDefault<T>() is { } value && !holds(value)) result.AddError($"{option.Name} {rule}.");
    });
}
