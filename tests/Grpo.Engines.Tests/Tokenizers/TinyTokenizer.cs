using System.Text;
using System.Text.Json.Nodes;
using Grpo.Engines.Tokenizers;

namespace Grpo.Engines.Tests.Tokenizers;

/// <summary>Small tokenizer.json texts, made for one test each.</summary>
internal static class TinyTokenizer
{
    /// <summary>A tokenizer of these tokens, numbered in order, and merges; further fields as JSON.</summary>
    public static Tokenizer Of(string[] tokens, string[] merges, string fields = "{}", string modelFields = "{}")
    {
        var vocabulary = new JsonObject();
        for (int id = 0; id < tokens.Length; id++) vocabulary[tokens[id]] = id;
        JsonObject model = JsonNode.Parse(modelFields)!.AsObject();
        model["type"] = "BPE";
        model["vocab"] = vocabulary;
        model["merges"] = new JsonArray([.. merges.Select(merge => JsonValue.Create(merge))]);
        JsonObject json = JsonNode.Parse(fields)!.AsObject();
        json["model"] = model;
        return FromText(json.ToJsonString());
    }

    /// <summary>A tokenizer of a whole file's text.</summary>
    public static Tokenizer FromText(string json) => Tokenizer.FromJson(Encoding.UTF8.GetBytes(json));

    /// <summary>Byte-level, one token for each byte and these merges of two tokens.</summary>
    public static Tokenizer ByteLevel(string[] merges, string fields = """{"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"decoder":{"type":"ByteLevel"}}""")
    {
        IEnumerable<string> bytes = Enumerable.Range(0, 0x17F).Where(code => code is (> 0x20 and < 0x7F) or (> 0xA0 and < 0x144 and not 0xAD)).Select(code => ((char)code).ToString());
        return Of([.. bytes, .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal))], merges, fields);
    }

    /// <summary>The tokens of a text, written out.</summary>
    public static string[] Tokens(this Tokenizer tokenizer, string text, bool parseSpecial = true) =>
        [.. tokenizer.Encode(text, addSpecialTokens: false, parseSpecial).Select(id => tokenizer.TokenOf(id)!)];
}
