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
            GoldenRow.AssertNear(value, answer["metrics"]![name], name);
        }

        foreach (var (name, values) in row.Expected["per_sample_metrics"]?.AsObject() ?? [])
        {
            for (var i = 0; i < values!.AsArray().Count; i++) GoldenRow.AssertNear(values[i], answer["sequences"]![i]!["metrics"]![name], $"{name}[{i}]");
        }
    }

    [Fact]
    public void Every_row_is_there() => Assert.Equal(113, GoldenRow.Count("loss"));

    /// <summary>
    /// verl draws which tokens it leaves out. The rule: max(1, ratio N) of the unclipped tokens whose covariance (A - mean A)(lp - mean lp) lies between the bounds;
    /// whatever is drawn, the other tokens have the gradient that verl gives those it did not draw.
    /// </summary>
    private static void AssertSelection(GoldenRow row, JsonNode answer)
    {
        var tokens = Tokens(row, answer).ToArray();
        var (advantage, logprob) = (tokens.Average(token => token.Advantage), tokens.Average(token => token.Logprob));
        var candidates = tokens.Where(token => !token.IsClipped && (token.Advantage - advantage) * (token.Logprob - logprob) is var covariance
            && covariance > Param("clip_cov_lb", 1) && covariance < Param("clip_cov_ub", 5)).ToArray();
        var selected = tokens.Where(token => token.Ours == 0 && !token.IsClipped && token.Advantage != 0).ToArray();

        Assert.Equal(Math.Min(candidates.Length, Math.Max(1, (int)(Param("clip_cov_ratio", 2e-4) * tokens.Length))), selected.Length);
        Assert.InRange(candidates.Length, selected.Length, tokens.Length - 1);
        Assert.All(selected, token => Assert.Contains(token, candidates));
        Assert.All(tokens.Where(token => token.Theirs == 0 && !token.IsClipped && token.Advantage != 0), token => Assert.Contains(token, candidates));
        Assert.All(tokens.Where(token => token.IsClipped), token => Assert.Equal((0.0, 0.0), (token.Ours, token.Theirs)));
        Assert.All(tokens.Where(token => token is { Ours: not 0, Theirs: not 0 }), token => Assert.Equal(token.Theirs, token.Ours, Math.Abs(token.Theirs) * 1e-9));

        double Param(string name, double fallback) => (double?)row.Params[name] ?? fallback;
    }

    private static IEnumerable<(double Advantage, double Logprob, bool IsClipped, double Ours, double Theirs)> Tokens(GoldenRow row, JsonNode answer)
    {
        double Low() => 1 - ((double?)row.Params["clip_ratio_low"] ?? (double?)row.Params["clip_ratio"] ?? 0.2);
        double High() => 1 + ((double?)row.Params["clip_ratio_high"] ?? (double?)row.Params["clip_ratio"] ?? 0.2);
        for (var i = 0; i < answer["sequences"]!.AsArray().Count; i++)
        {
            for (var t = 0; t < row.Inputs["logprobs"]![i]!.AsArray().Count; t++)
            {
                if ((double)row.Inputs["mask"]![i]![t]! == 0) continue;
                var advantage = row.Inputs["advantages"]![i] is JsonArray perToken ? (double)perToken[t]! : (double)row.Inputs["advantages"]![i]!;
                var logprob = (double)row.Inputs["logprobs"]![i]![t]!;
                var ratio = Math.Exp(logprob - (double)row.Inputs["old_logprobs"]![i]![t]!);
                yield return (advantage, logprob, (advantage > 0 && ratio > High()) || (advantage < 0 && ratio < Low()),
                    (double)answer["sequences"]![i]!["grad_logprobs"]![t]!, (double)row.Expected["grad_logprobs"]![i]![t]!);
            }
        }
    }
}
