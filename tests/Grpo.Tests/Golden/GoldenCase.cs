using System.Text.Json;

namespace Grpo.Tests.Golden;

/// <summary>One line of tests/golden/cases.jsonl.</summary>
public sealed record GoldenCase(string Id, string Op, JsonElement Inputs, JsonElement Params, JsonElement Expected)
{
    private static readonly Lazy<IReadOnlyList<GoldenCase>> Cases = new(() =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden", "cases.jsonl")).Select(line => Parse(JsonDocument.Parse(line).RootElement))]);

    public string Trainer => Text("trainer")!;

    public static IEnumerable<GoldenCase> Of(string op) => Cases.Value.Where(one => one.Op == op);

    public static GoldenCase Named(string id) => Cases.Value.Single(one => one.Id == id);

    public bool HasParam(string name) => Params.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public bool HasInput(string name) => Inputs.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public double? Figure(string name) => HasParam(name) ? Number(Params.GetProperty(name)) : null;

    public string? Text(string name) => HasParam(name) ? Params.GetProperty(name).GetString() : null;

    public bool Flag(string name) => HasParam(name) && Params.GetProperty(name).GetBoolean();

    public double[] Vector(string input) => Vector(Inputs.GetProperty(input));

    public double[][] Matrix(string input) => Matrix(Inputs.GetProperty(input));

    public static double[][] Matrix(JsonElement rows) => [.. rows.EnumerateArray().Select(Vector)];

    public static double[] Vector(JsonElement row) => [.. row.EnumerateArray().Select(Number)];

    /// <summary>A number, or the string that stands for a non-finite one; null is NaN.</summary>
    public static double Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.Null => double.NaN,
        _ => value.GetString() switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, _ => double.NaN },
    };

    public override string ToString() => Id;

    private static GoldenCase Parse(JsonElement line) => new(
        line.GetProperty("id").GetString()!,
        line.GetProperty("op").GetString()!,
        line.GetProperty("inputs"),
        line.GetProperty("params"),
        line.GetProperty("expected"));
}
