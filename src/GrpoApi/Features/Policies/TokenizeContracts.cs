using System.ComponentModel;
using System.Text.Json.Nodes;

namespace GrpoApi.Features.Policies;

/// <summary>Text or a conversation, to be turned into tokens.</summary>
public sealed record TokenizeRequest
{
    /// <summary>Text, tokenised as it is; special tokens written in it are parsed. Give this or <c>messages</c>.</summary>
    /// <example>What is 37 + 58?</example>
    public string? Text { get; init; }

    /// <summary>A conversation, rendered with the policy's chat template and then tokenised. Give this or <c>text</c>.</summary>
    public IReadOnlyList<JsonObject>? Messages { get; init; }

    /// <summary>Tool declarations for the chat template.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>Whether the tokenizer's own begin and end tokens are added. Rollouts add none.</summary>
    [DefaultValue(false)]
    public bool AddSpecialTokens { get; init; }

    /// <summary>Whether the opening of the assistant's turn is appended to the conversation, as rollouts do.</summary>
    [DefaultValue(true)]
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Further variables of the chat template, such as <c>enable_thinking</c>.</summary>
    public JsonObject? ChatTemplateKwargs { get; init; }
}

/// <summary>The tokens of a text.</summary>
public sealed record TokenizeResponse
{
    /// <summary>The token ids, shape (T).</summary>
    public required IReadOnlyList<int> TokenIds { get; init; }

    /// <summary>Each token as the vocabulary writes it, shape (T); null for an id without an entry.</summary>
    public required IReadOnlyList<string?> Tokens { get; init; }

    /// <summary>What was tokenised: the text, or the rendered conversation.</summary>
    public required string Text { get; init; }
}

/// <summary>Tokens, to be turned into text.</summary>
public sealed record DetokenizeRequest
{
    /// <summary>The token ids, shape (T), each in [0, vocab_size).</summary>
    /// <example>[72, 105]</example>
    public required IReadOnlyList<int> TokenIds { get; init; }

    /// <summary>Whether special tokens are left out of the text.</summary>
    [DefaultValue(false)]
    public bool SkipSpecialTokens { get; init; }
}

/// <summary>The text of some tokens.</summary>
public sealed record DetokenizeResponse
{
    /// <summary>The text. Bytes that are no valid UTF-8 become U+FFFD.</summary>
    public required string Text { get; init; }

    /// <summary>The text of each token by itself, shape (T). A character that spans several tokens is U+FFFD in each of them.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }
}
