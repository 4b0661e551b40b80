using System.Text.Json.Nodes;
using Grpo.Testing;

namespace GrpoApi.Tests.Features;

/// <summary>One line of tests/golden/cases.jsonl, and how it is asked over HTTP.</summary>
internal sealed record GoldenRow(string Id, string Op, JsonObject Inputs, JsonObject Params, JsonObject Expected)
{
    private static readonly Lazy<IReadOnlyList<GoldenRow>> Rows = new(() =>
        [.. File.ReadLines(Path.Combine(TestData.RepositoryRoot(), "tests", "golden", "cases.jsonl")).Select(line => Parse(JsonNode.Parse(line)!.AsObject()))]);

    public static TheoryData<string> IdsOf(string op, params string[] without) => [.. Rows.Value.Where(row => row.Op == op && !without.Contains(row.Id)).Select(row => row.Id)];

    public static int Count(string op) => Rows.Value.Count(row => row.Op == op);

    public static GoldenRow Named(string id) => Rows.Value.Single(row => row.Id == id);

    /// <summary>The request whose sequences have the inputs' rows under their names; one advantage per row is the row's advantage.</summary>
    public string AsSequences()
    {
        var count = Inputs.First().Value!.AsArray().Count;
        var sequences = new JsonArray();
        for (var i = 0; i < count; i++)
        {
            var sequence = new JsonObject();
            foreach (var (name, rows) in Inputs)
            {
                var value = rows!.AsArray()[i]!;
                sequence[name == "advantages" && value is JsonValue ? "advantage" : name] = value.DeepClone();
            }

            sequences.Add((JsonNode)sequence);
        }

        return new JsonObject { ["trainer_config"] = Params.DeepClone(), ["sequences"] = sequences }.ToJsonString();
    }

    /// <summary>Asserts that an answer's rows are the expected ones.</summary>
    public static void AssertRows(JsonNode expected, IEnumerable<JsonNode?> actual, string what)
    {
        var rows = actual.ToArray();
        Assert.Equal(expected.AsArray().Count, rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            var (wanted, got) = (expected[i]!.AsArray(), rows[i]!.AsArray());
            Assert.Equal(wanted.Count, got.Count);
            for (var t = 0; t < wanted.Count; t++) AssertNear(wanted[t], got[t], $"{what}[{i}][{t}]");
        }
    }

    /// <summary>Relative 1e-9, and absolute 1e-12 for what is 0 up to rounding; what is not finite in the trainer is null here.</summary>
    public static void AssertNear(JsonNode? expected, JsonNode? actual, string what)
    {
        if (expected is null || expected.GetValueKind() == System.Text.Json.JsonValueKind.String)
        {
            Assert.True(actual is null, $"{what}: expected {expected}, got {actual}");
            return;
        }

        var (wanted, got) = ((double)expected, (double?)actual ?? double.NaN);
        Assert.True(Math.Abs(wanted - got) <= (1e-9 * Math.Abs(wanted)) + 1e-12, $"{what}: expected {wanted:R}, got {got:R}");
    }

    private static GoldenRow Parse(JsonObject line) => new(
        (string)line["id"]!, (string)line["op"]!, line["inputs"]!.AsObject(), line["params"]!.AsObject(), line["expected"]!.AsObject());
}
