using System.Threading.Channels;

namespace Grpo.Rollouts;

/// <summary>A model that continues prompts. Implementations are safe to call from many threads at once.</summary>
public interface IPolicy : IAsyncDisposable
{
    /// <summary>What the policy is.</summary>
    PolicyInfo Info { get; }

    /// <summary>Text and tokens of this policy.</summary>
    IPolicyTokenizer Tokenizer { get; }

    /// <summary>What it is doing now.</summary>
    PolicyLoad Load { get; }

    /// <summary>Sample a group of completions of one prompt.</summary>
    /// <remarks>The result depends only on the weights and the request: the same request gives the same tokens whatever else runs.</remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; nothing is returned then.</exception>
    /// <exception cref="PolicyBusyException">The queue is full.</exception>
    Task<CompletionGroup> SampleAsync(GroupRequest request, CancellationToken cancellationToken);
}

/// <summary>What a policy is doing at one moment.</summary>
/// <param name="ActiveSequences">Sequences decoded together.</param>
/// <param name="QueuedSequences">Sequences waiting for their turn.</param>
public readonly record struct PolicyLoad(int ActiveSequences, int QueuedSequences);

/// <summary>Text to tokens and back, as one policy does it.</summary>
public interface IPolicyTokenizer
{
    /// <summary>Token ids of a text; special tokens written in the text are parsed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the tokenizer's own begin or end tokens are added.</param>
    int[] Encode(string text, bool addSpecialTokens);

    /// <summary>Text of token ids. Bytes that are no valid UTF-8 become U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens);

    /// <summary>The token as written in the vocabulary, or null for an id without one.</summary>
    string? TokenOf(int tokenId);

    /// <summary>Renders messages with the policy's chat template.</summary>
    /// <exception cref="ChatTemplateException">The template refused the messages, or the policy has none.</exception>
    string RenderChat(ChatRequest request);
}

/// <summary>What a chat template is given.</summary>
public sealed record ChatRequest
{
    /// <summary>The conversation, as JSON objects of role, content and whatever else the template reads.</summary>
    public required IReadOnlyList<System.Text.Json.Nodes.JsonObject> Messages { get; init; }

    /// <summary>Tool declarations as JSON, null for none.</summary>
    public System.Text.Json.Nodes.JsonArray? Tools { get; init; }

    /// <summary>Whether the opening of the assistant's turn is appended.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Further variables of the template, such as enable_thinking.</summary>
    public System.Text.Json.Nodes.JsonObject? TemplateArguments { get; init; }
}

/// <summary>One group to be sampled.</summary>
public sealed record GroupRequest
{
    /// <summary>The prompt, shape (T), at least one token, each in [0, vocab_size).</summary>
    public required int[] PromptTokenIds { get; init; }

    /// <summary>Completions to sample, G.</summary>
    public required int GroupSize { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>Seed of the whole request. With <see cref="PromptIndex"/>, the completion's index and the position it determines every draw.</summary>
    public required long Seed { get; init; }

    /// <summary>Position of the prompt in its request, so that equal prompts of one request draw differently.</summary>
    public int PromptIndex { get; init; }

    /// <summary>What the group came with, such as its HTTP request. Requests take turns; groups with the same one share a turn. Null: the group has its own.</summary>
    public object? Turn { get; init; }

    /// <summary>Whether <see cref="Completion.Entropy"/> is wanted.</summary>
    public bool IncludeEntropy { get; init; }

    /// <summary>How many of the most likely tokens are wanted at each position.</summary>
    /// <value>From 0 to V. The default value is 0.</value>
    public int TopLogprobs { get; init; }

    /// <summary>Where each token is written as soon as it is drawn; null for nowhere. Never waited for. A policy that cannot tell its tokens one by one writes none.</summary>
    public ChannelWriter<CompletionToken>? Tokens { get; init; }
}

/// <summary>What a policy is.</summary>
public sealed record PolicyInfo
{
    /// <summary>The policy's name.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of engine: onnx or remote.</summary>
    public required string Engine { get; init; }

    /// <summary>The execution provider in use, such as CPU.</summary>
    public required string Provider { get; init; }

    /// <summary>Element type of the weights, such as float32.</summary>
    public required string Dtype { get; init; }

    /// <summary>Version of the weights, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Token ids are in [0, VocabSize).</summary>
    public required int VocabSize { get; init; }

    /// <summary>The most tokens of a prompt and its completion together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Number of weights.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Tokens that end a completion.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>The most sequences decoded together.</summary>
    public required int MaxSequences { get; init; }
}
