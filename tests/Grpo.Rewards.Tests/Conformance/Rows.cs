using System.Text.Json;
using Grpo.Testing;

namespace Grpo.Rewards.Tests.Conformance;

/// <summary>Rows of a JSON-lines file of test data.</summary>
internal static class Rows
{
    public static IEnumerable<JsonElement> Of(string file) =>
        File.ReadLines(TestData.Path(file)).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement);

    public static string Text(this JsonElement row, string name) => row.GetProperty(name).GetString()!;
}
