using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck.Fluent;
using Grpo.Engines.Tests.Tokenizers;
using Grpo.Engines.Tokenizers;
using Grpo.Testing;

namespace Grpo.Engines.Tests.Oracle;

/// <summary>Our tokenizer against the one that transformers.js uses, on published texts and random ones of all planes.</summary>
public sealed class TokenizerOracleTests
{
    private const int Random = 400;

    [OracleFact]
    public Task TheRepositorysTokenizer() => CompareAsync(Path.Combine(TestData.RepositoryRoot(), "models", "tiny-r1"), []);

    [OracleTheory("tokenizers/gpt2/vectors.jsonl")]
    [InlineData("gpt2")]
    [InlineData("llama3.2")]
    [InlineData("llama2")]
    public Task PublishedTokenizers(string name) => CompareAsync(TestData.Path($"tokenizers/{name}"), TokenizerVector.ReadAll(name).Where(vector => vector.ParseSpecial).Select(vector => vector.Text));

    private static async Task CompareAsync(string folder, IEnumerable<string> published)
    {
        var tokenizer = Tokenizer.Load(folder);
        string[] texts = [.. published, .. AnyText.OfSettledCategories.Sample(Random, 60)];
        var ids = Array.ConvertAll(texts, text => tokenizer.Encode(text, addSpecialTokens: false));
        var encoded = await NpmOracle.AskAsync(texts.Select(text => new JsonObject { ["ask"] = "encode", ["folder"] = folder, ["text"] = text }));
        var decoded = await NpmOracle.AskAsync(ids.Select(one => new JsonObject { ["ask"] = "decode", ["folder"] = folder, ["ids"] = new JsonArray([.. one.Select(id => JsonValue.Create(id))]), ["skip"] = true }));
        var differences = new List<string>();
        for (var i = 0; i < texts.Length; i++)
        {
            var theirs = encoded[i]["ids"]?.AsArray().Select(id => (int)id!).ToArray();
            if (theirs is null || !theirs.SequenceEqual(ids[i])) differences.Add($"encode {JsonSerializer.Serialize(texts[i])}: {encoded[i].ToJsonString()}, ours [{string.Join(',', ids[i])}]");
            if (ids[i].Length == 0) continue; // theirs decodes one token at least
            var ours = tokenizer.Decode(ids[i], skipSpecialTokens: true);
            if ((string?)decoded[i]["text"] != ours) differences.Add($"decode {JsonSerializer.Serialize(texts[i])}: {decoded[i].ToJsonString()}, ours {JsonSerializer.Serialize(ours)}");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {2 * texts.Length} differ:\n{string.Join('\n', differences.Take(20))}");
    }
}
