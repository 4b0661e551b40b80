using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using GrpoApi.Features.Compat.Sampling;

namespace GrpoApi.Features.Compat.RolloutServers;

/// <summary>What clients of SGLang send; unknown fields are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record SglangRequest
{
    /// <summary>A text or a list of texts. Give this or <c>input_ids</c>.</summary>
    public JsonElement? Text { get; init; }

    /// <summary>Token ids, or a list of lists of them. Give this or <c>text</c>.</summary>
    public JsonElement? InputIds { get; init; }

    /// <summary>How tokens are drawn.</summary>
    public SglangSamplingParams? SamplingParams { get; init; }

    /// <summary>Whether log-probabilities are wanted.</summary>
    public bool? ReturnLogprob { get; init; }

    /// <summary>From which position of the prompt on log-probabilities are wanted too.</summary>
    /// <value>-1, the default: of no position.</value>
    public int? LogprobStartLen { get; init; }

    /// <summary>How many of the most likely tokens are wanted at each position.</summary>
    /// <value>From 0 to 20. The default value is 0.</value>
    public int? TopLogprobsNum { get; init; }

    /// <summary>Whether tokens are given as text besides.</summary>
    public bool? ReturnTextInLogprobs { get; init; }

    /// <summary>The caller's name for the request, given back.</summary>
    public string? Rid { get; init; }

    /// <summary>Not supported: false.</summary>
    public bool? Stream { get; init; }
}

/// <summary>SGLang's sampling parameters; unknown ones are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record SglangSamplingParams : SamplingFields
{
    private const int DefaultMaxNewTokens = 128;

    /// <summary>The most tokens of one completion.</summary>
    /// <value>The default value is 128.</value>
    public int? MaxNewTokens { get; init; }

    /// <summary>Before this many tokens a completion does not stop by itself.</summary>
    public int? MinNewTokens { get; init; }

    /// <summary>Determines every draw, as the seed of <c>POST /v1/rollouts</c>.</summary>
    public long? SamplingSeed { get; init; }

    /// <summary>Whether special tokens are left out of the text.</summary>
    /// <value>The default value is true.</value>
    public bool? SkipSpecialTokens { get; init; }

    /// <summary>Whether the text keeps what ended it: the stop string, or the stop token.</summary>
    /// <value>The default value is false.</value>
    public bool? NoStopTrim { get; init; }

    /// <summary>Not supported: null.</summary>
    public string? JsonSchema { get; init; }

    /// <summary>Not supported: null.</summary>
    public string? Regex { get; init; }

    /// <summary>Not supported: null.</summary>
    public string? Ebnf { get; init; }

    /// <summary>The same in our own words.</summary>
    internal Grpo.Rollouts.RolloutSampling ToRolloutSampling(CallerPaths paths)
    {
        Refuse(JsonSchema is not null, paths.Of("sampling.json_schema"));
        Refuse(Regex is not null, paths.Of("sampling.regex"));
        Refuse(Ebnf is not null, paths.Of("sampling.ebnf"));
        return (this with { MaxTokens = MaxNewTokens, MinTokens = MinNewTokens, Seed = SamplingSeed }).ToSampling(DefaultMaxNewTokens, paths);
    }
}

/// <summary>One completion as SGLang's clients read it.</summary>
public sealed record SglangCompletion
{
    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>The sampled tokens, the one that ended the completion included, shape (T).</summary>
    public required IReadOnlyList<int> OutputIds { get; init; }

    /// <summary>Everything else.</summary>
    public required SglangMetaInfo MetaInfo { get; init; }
}

/// <summary>What is told about a completion.</summary>
public sealed record SglangMetaInfo
{
    /// <summary>The caller's name for the request, or one made up.</summary>
    public required string Id { get; init; }

    /// <summary>Why it ended: <c>type</c> is stop (with <c>matched</c>, a token id or a string), length (with <c>length</c>) or abort.</summary>
    public required JsonObject FinishReason { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens of the completion.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Always 0: what is shared between prompts is not told by request.</summary>
    public int CachedTokens { get; init; }

    /// <summary>The version of the weights that sampled it, as text.</summary>
    /// <example>1</example>
    public required string WeightVersion { get; init; }

    /// <summary>Log-probability, token id and text (null unless asked for) of each token, shape (T, 3). With <c>return_logprob</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonArray? OutputTokenLogprobs { get; init; }

    /// <summary>The same of the most likely tokens at each position, shape (T, K, 3). With <c>top_logprobs_num</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonArray? OutputTopLogprobs { get; init; }

    /// <summary>The same of the prompt's tokens from <c>logprob_start_len</c> on; the first token of a prompt has no log-probability.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonArray? InputTokenLogprobs { get; init; }
}
