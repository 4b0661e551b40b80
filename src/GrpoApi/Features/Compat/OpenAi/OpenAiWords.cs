using System.Text;
using System.Text.Json.Nodes;
using Grpo.Rollouts;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>What the answers of OpenAI's API and of vLLM's call things.</summary>
internal static class OpenAiWords
{
    /// <summary>Why a completion ended. vLLM's abort is none of OpenAI's words, and tells the truth.</summary>
    public static string? NameOf(FinishReason? reason) => reason switch
    {
        null => null,
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        _ => "abort",
    };

    /// <summary>The stop token or string; null when the policy ended by itself.</summary>
    public static JsonNode? NameOf(StopReason? reason) => reason switch
    {
        StopReason.Token token => JsonValue.Create(token.Id),
        StopReason.Text text => JsonValue.Create(text.Value),
        _ => null,
    };

    /// <summary>A token as text. One that is part of a character only is U+FFFD.</summary>
    public static string TextOf(int tokenId, IPolicyTokenizer tokenizer, bool asId = false) => asId ? $"token_id:{tokenId}" : tokenizer.Decode([tokenId], skipSpecialTokens: false);

    /// <summary>The bytes of a token's text; null where it is part of a character only.</summary>
    public static int[]? BytesOf(string text) => text.Contains('\uFFFD', StringComparison.Ordinal) ? null : [.. Encoding.UTF8.GetBytes(text).Select(one => (int)one)];

    /// <summary>Which weights answered.</summary>
    public static string Fingerprint(PolicyInfo policy, int version) => $"{policy.Name}@{version}";
}

/// <summary>Tokens read and sampled.</summary>
public sealed record OpenAiUsage
{
    /// <summary>Tokens of the prompts, each counted once.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens of the completions.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Both together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}

/// <summary>What a stream tells besides.</summary>
[System.Text.Json.Serialization.JsonUnmappedMemberHandling(System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip)]
public sealed record StreamOptions
{
    /// <summary>Whether a last chunk without choices tells the usage.</summary>
    public bool? IncludeUsage { get; init; }
}
