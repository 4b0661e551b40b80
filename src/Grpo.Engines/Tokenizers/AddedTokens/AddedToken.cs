using System.Text.Json;

namespace Grpo.Engines.Tokenizers.AddedTokens;

/// <summary>A token that is found in the text before the model sees it.</summary>
internal sealed record AddedToken
{
    public required int Id { get; init; }

    public required string Content { get; init; }

    /// <summary>Whether it may not touch a word character on either side.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it takes the white space before it.</summary>
    public bool TakesLeft { get; init; }

    /// <summary>Whether it takes the white space behind it.</summary>
    public bool TakesRight { get; init; }

    /// <summary>Whether it is looked for in the normalized text rather than the raw one.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether decoding may skip it.</summary>
    public bool Special { get; init; }

    public static AddedToken Read(JsonElement json) => new()
    {
        Id = json.GetProperty("id").GetInt32(),
        Content = json.GetProperty("content").GetString()!,
        SingleWord = IsTrue(json, "single_word"),
        TakesLeft = IsTrue(json, "lstrip"),
        TakesRight = IsTrue(json, "rstrip"),
        Normalized = IsTrue(json, "normalized"),
        Special = IsTrue(json, "special"),
    };

    private static bool IsTrue(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.GetBoolean();
}
