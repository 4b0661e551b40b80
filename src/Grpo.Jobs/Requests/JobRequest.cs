using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Jobs.Requests;

/// <summary>What evaluations and curations have in common: a dataset, how its rows become prompts, how completions are sampled and scored.</summary>
public abstract record JobRequest
{
    /// <summary>The caller's name for it, for lists and reports.</summary>
    /// <example>gsm8k-smoke</example>
    public string? Name { get; init; }

    /// <summary>The commit of what is measured, for reports.</summary>
    /// <example>4f2c1e9</example>
    public string? Commit { get; init; }

    /// <summary>The policy, as <c>name</c> or <c>name@version</c>; absent: the default policy. A plain name takes the weights in use when a sample is drawn.</summary>
    /// <example>tiny-r1</example>
    public string? Policy { get; init; }

    /// <summary>The rows.</summary>
    public required DatasetSource Dataset { get; init; }

    /// <summary>How a row becomes a prompt; absent: by the form of the first row (GSM8K, MATH-500, AIME, chat messages).</summary>
    public PromptTemplate? Prompt { get; init; }

    /// <summary>What is known to be right, handed to the rewards: an object whose strings are templates as in <c>prompt</c>; a template that is one field keeps the field's type. Absent: by the form of the first row.</summary>
    /// <example>{"answer": "{answer}"}</example>
    public JsonElement? Reference { get; init; }

    /// <summary>Completions per prompt.</summary>
    /// <value>At least 1; the limit is that of group_size in /info. The default value is 1.</value>
    [DefaultValue(1)]
    public int SamplesPerPrompt { get; init; } = 1;

    /// <summary>How tokens are drawn. Without a seed one is drawn and reported.</summary>
    public RolloutSampling Sampling { get; init; } = new();

    /// <summary>The rewards that score each completion, as in <c>POST /v1/rewards</c>. The first one decides what is correct.</summary>
    public required IReadOnlyList<RewardSpec> Rewards { get; init; }
}

/// <summary>Where the rows come from: exactly one of <c>rows</c>, <c>path</c> and <c>name</c>.</summary>
public sealed record DatasetSource
{
    /// <summary>The rows themselves, each an object.</summary>
    public IReadOnlyList<JsonElement>? Rows { get; init; }

    /// <summary>A file of one JSON object per line, relative to <c>Datasets:Root</c>.</summary>
    public string? Path { get; init; }

    /// <summary>A dataset uploaded with <c>PUT /v1/datasets/{name}</c>.</summary>
    public string? Name { get; init; }
}

/// <summary>How a row becomes a prompt: exactly one of <c>messages</c>, <c>text</c> and <c>messages_field</c>. <c>{field}</c> stands for the field of the row, <c>{{field}}</c> for the word in braces; other braces mean themselves.</summary>
public sealed record PromptTemplate
{
    /// <summary>A conversation; the templates are in its strings.</summary>
    public IReadOnlyList<JsonObject>? Messages { get; init; }

    /// <summary>Raw text, tokenised as it is.</summary>
    public string? Text { get; init; }

    /// <summary>The field of the row that holds the conversation; a last message of the assistant is left out.</summary>
    public string? MessagesField { get; init; }
}
