using System.Text.Json;
using Grpo.Rollouts;
using GrpoApi.Http;

namespace GrpoApi.Features.Compat.Sampling;

/// <summary>Prompts in the four forms that the APIs accept: a text, several, token ids, several of these.</summary>
internal static class CompatPrompts
{
    /// <summary>The prompts as token ids. Text is tokenised as it is, as <c>POST /v1/rollouts</c> does.</summary>
    /// <param name="value">What the caller sent.</param>
    /// <param name="path">Where.</param>
    /// <param name="tokenizer">The policy's.</param>
    /// <param name="isList">Whether there is a list of prompts.</param>
    /// <exception cref="FluentValidation.ValidationException">It has none of the forms.</exception>
    public static IReadOnlyList<int[]> Read(JsonElement value, string path, IPolicyTokenizer tokenizer, out bool isList)
    {
        isList = value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Number);
        if (!isList) return [One(value, path, tokenizer)];
        return [.. value.EnumerateArray().Select((item, index) => One(item, $"{path}[{index}]", tokenizer))];
    }

    private static int[] One(JsonElement value, string path, IPolicyTokenizer tokenizer) => value.ValueKind switch
    {
        JsonValueKind.String => tokenizer.Encode(value.GetString()!, addSpecialTokens: false),
        JsonValueKind.Array => [.. value.EnumerateArray().Select((id, index) => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var token)
            ? token
            : throw RequestValidation.Invalid($"{path}[{index}]", "Must be a token id."))],
        _ => throw RequestValidation.Invalid(path, "Must be a text, a list of token ids, or a list of these."),
    };
}
