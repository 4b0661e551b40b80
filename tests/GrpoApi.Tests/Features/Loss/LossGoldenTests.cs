using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Loss;

/// <summary>Every golden loss, asked in the trainer's own parameter names.</summary>
public sealed class LossGoldenTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private readonly HttpClient _client = api.CreateClient();

    public static TheoryData<string> Rows => GoldenRow.IdsOf("loss");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_trainers_loss_and_gradient_come_out(string id)
    {
        var row = GoldenRow.Named(id);
        var answer = await _client.PostForJsonAsync("/v1/loss", row.AsSequences());

        Assert.NotNull(answer["canonical"]!["loss_type"]);
        if (id == "verl-clip_cov-01")
        {
            AssertSelection(row, answer);
            return;
        }

        GoldenRow.AssertNear(row.Expected["loss"], answer["loss"], "loss");
        var gradient = row.Expected.ContainsKey("grad_values") ? "grad_values" : "grad_logprobs";
        GoldenRow.AssertRows(row.Expected[$"{gradient}_limit"] ?? row.Expected[gradient]!, answer["sequences"]!.AsArray().Select(sequence => sequence![gradient]), gradient);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_trainers_metrics_come_out(string id)
    {
        var row = GoldenRow.Named(id);
        var answer = await _client.PostForJsonAsync("/v1/loss", row.AsSequences());

        foreach (var (name, value) in row.Expected["metrics"]?.AsObject() ?? [])
        {
            if (!name.StartsWith("rollout_corr/", StringComparison.Ordinal)) GoldenRow.AssertNear(value, answer["metrics"]![name], name);
        }

        foreach (var (name, values) in row.Expected["per_sample_metrics"]?.AsObject() ?? [])
        {
            for (var i = 0; i < values!.AsArray().Count; i++) GoldenRow.AssertNear(values[i], answer["sequences"]![i]!["metrics"]![name], $"{name}[{i}]");
        }
    }

    [Fact]
    public void Every_row_is_there() => Assert.Equal(113, GoldenRow.Count("loss"));

    /// <summary>verl draws which tokens it leaves out: as many as it does, and the same gradient on all tokens that neither left out.</summary>
    private static void AssertSelection(GoldenRow row, JsonNode answer)
    {
        var (ours, theirs, differ) = (0, 0, 0);
        for (var i = 0; i < answer["sequences"]!.AsArray().Count; i++)
        {
            var (expected, actual) = (row.Expected["grad_logprobs"]![i]!.AsArray(), answer["sequences"]![i]!["grad_logprobs"]!.AsArray());
            for (var t = 0; t < expected.Count; t++)
            {
                var (wanted, got) = ((double)expected[t]!, (double)actual[t]!);
                theirs += wanted == 0 ? 1 : 0;
                ours += got == 0 ? 1 : 0;
                if (wanted != 0 && got != 0) GoldenRow.AssertNear(expected[t], actual[t], $"grad_logprobs[{i}][{t}]");
                else if (wanted != got) differ++;
            }
        }

        Assert.Equal(theirs, ours);
        Assert.True(differ <= 4, $"{differ} tokens differ, of 2 selected on each side");
    }
}
