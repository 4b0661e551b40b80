using System.Text.Json;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers.PostProcessors;

/// <summary>The tokens a post-processor puts around a text when special tokens are wanted.</summary>
internal sealed record SpecialTokenTemplate(int[] Before, int[] After)
{
    public static SpecialTokenTemplate None { get; } = new([], []);

    public static SpecialTokenTemplate Read(Component component) => component.Type switch
    {
        "ByteLevel" => None, // it only moves offsets
        "TemplateProcessing" => Template(component),
        "Sequence" => component.Members("processors").Select(Read).Aggregate(None, (inner, outer) =>
            new SpecialTokenTemplate([.. outer.Before, .. inner.Before], [.. inner.After, .. outer.After])),
        _ => throw component.Unsupported(),
    };

    private static SpecialTokenTemplate Template(Component component)
    {
        var before = new List<int>();
        var after = new List<int>();
        bool seenText = false;
        foreach (JsonElement item in component.Find("single")?.EnumerateArray() ?? default)
        {
            if (item.TryGetProperty("SpecialToken", out JsonElement special))
            {
                (seenText ? after : before).AddRange(Ids(component, special.GetProperty("id").GetString()!));
                continue;
            }

            if (seenText) throw component.Unsupported("a template that repeats the text");
            seenText = true;
        }

        return seenText ? new SpecialTokenTemplate([.. before], [.. after]) : throw component.Unsupported("a template without the text");
    }

    private static IEnumerable<int> Ids(Component component, string token)
    {
        if (component.Find("special_tokens") is { } tokens && tokens.TryGetProperty(token, out JsonElement declared))
            return declared.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
        throw new ModelLoadException($"tokenizer.json: post-processor TemplateProcessing uses {token}, which it does not declare.");
    }
}
