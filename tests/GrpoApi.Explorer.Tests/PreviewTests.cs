using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpo.Testing;
using GrpoApi.Tests;

namespace GrpoApi.Explorer.Tests;

/// <summary>grpo.js, the preview while a slider moves, gives the service's numbers. Run by Node.js, which every build needs anyway.</summary>
public sealed class PreviewTests : IAsyncLifetime
{
    private static readonly string[] LossTypes = ["grpo", "bnpo", "dr_grpo", "dapo", "ppo", "gspo", "gspo_token", "luspo", "rloo", "cispo", "sapo", "gmpo", "importance_sampling", "reinforce"];
    private static readonly string?[] Levels = [null, "token", "sequence", "sequence_token", "sequence_product", "sequence_clipped"];
    private static readonly string[] KlEstimators = ["k1", "k2", "k3", "abs", "full"];
    private static readonly string[] Estimators = ["grpo", "dr_grpo", "rloo", "remax", "opo", "gpg", "grpo_passk", "maxrl"];
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Equals_the_service_on_the_golden_cases_that_it_covers()
    {
        var cases = new List<JsonObject>();
        foreach (var golden in File.ReadLines(Path.Combine(TestData.RepositoryRoot(), "tests", "golden", "cases.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()))
        {
            if ((string?)golden["op"] != "loss" || (string?)golden["params"]!["loss_type"] == "value") continue;
            var sequences = Sequences(golden["inputs"]!.AsObject());
            var trainers = await TryAskAsync("/v1/loss", new JsonObject { ["trainer_config"] = golden["params"]!.DeepClone(), ["sequences"] = sequences.DeepClone(), ["explain"] = true });
            if (trainers?["canonical"] is not JsonObject canonical) continue;

            // What the trainer's settings mean in ours; null settings are the defaults.
            var request = canonical.DeepClone().AsObject();
            request["sequences"] = sequences;
            request["explain"] = true;
            if (await TryAskAsync("/v1/loss", request) is { } answer) cases.Add(Case((string)golden["id"]!, "loss", request, answer));
        }

        var (compared, _) = Compare(cases);
        Assert.True(compared >= 30, $"Only {compared} of {cases.Count} cases were compared.");
    }

    [Fact]
    public async Task Equals_the_service_for_every_loss_type_level_and_divergence()
    {
        var cases = new List<JsonObject>();
        foreach (var lossType in LossTypes)
        {
            foreach (var level in Levels)
            {
                foreach (var estimator in KlEstimators)
                {
                    var request = new JsonObject
                    {
                        ["loss_type"] = lossType,
                        ["importance_sampling_level"] = level,
                        ["kl_estimator"] = estimator,
                        ["epsilon"] = 0.2,
                        ["epsilon_high"] = 0.28,
                        ["beta"] = 0.07,
                        ["explain"] = true,
                        ["sequences"] = Batch(),
                    };
                    cases.Add(Case($"{lossType} {level} {estimator}", "loss", request, await AskAsync("/v1/loss", request)));
                }
            }
        }

        Assert.Equal((cases.Count, 0), Compare(cases));
    }

    [Fact]
    public async Task Equals_the_service_for_every_estimator()
    {
        double?[][] groups = [[1, 0, 0.25, 1], [0.1, 0.1, 0.1], [null, 1, 0, 2], [1], [0, 0, 3, 3, -1]];
        var cases = new List<JsonObject>();
        foreach (var estimator in Estimators)
        {
            foreach (var rewards in groups)
            {
                foreach (var scale in (string[])["group", "none"])
                {
                    var group = new JsonObject { ["rewards"] = new JsonArray([.. rewards.Select(reward => (JsonNode?)reward)]) };
                    if (estimator == "remax") group["baselines"] = new JsonArray([.. rewards.Select(_ => (JsonNode)0.4)]);
                    if (estimator == "opo") group["lengths"] = new JsonArray([.. rewards.Select((_, i) => (JsonNode)(i + 2))]);
                    var request = new JsonObject { ["estimator"] = estimator, ["scale_rewards"] = scale, ["groups"] = new JsonArray(group) };
                    cases.Add(Case($"{estimator} {scale} {group["rewards"]!.ToJsonString()}", "advantages", request, await AskAsync("/v1/advantages", request)));
                }
            }
        }

        Assert.Equal((cases.Count, 0), Compare(cases));
    }

    /// <summary>Ratios on both sides of both bounds for both signs, a masked token, a zero advantage, advantages per token, no old_logprobs.</summary>
    private static JsonArray Batch() => JsonNode.Parse("""
        [
          {"logprobs": [-0.5, -1.2, -0.3, -2.0], "old_logprobs": [-0.9, -1.1, -0.35, -1.4], "ref_logprobs": [-0.7, -1.3, -0.3, -1.9], "advantage": 0.9},
          {"logprobs": [-1.5, -0.2, -0.8], "old_logprobs": [-1.0, -0.5, -0.8], "ref_logprobs": [-1.2, -0.4, -0.9], "mask": [1, 0, 1], "advantage": -1.1},
          {"logprobs": [-0.6], "old_logprobs": [-1.6], "ref_logprobs": [-0.8], "advantage": -0.4},
          {"logprobs": [-0.7, -0.1], "ref_logprobs": [-0.9, -0.2], "advantage": 0},
          {"logprobs": [-0.4, -1.9], "old_logprobs": [-0.8, -1.5], "ref_logprobs": [-0.5, -1.0], "advantages": [0.3, -0.6]}
        ]
        """)!.AsArray();

    private static JsonArray Sequences(JsonObject inputs)
    {
        var sequences = new JsonArray();
        for (var i = 0; i < inputs.First().Value!.AsArray().Count; i++)
        {
            var sequence = new JsonObject();
            foreach (var (name, rows) in inputs)
            {
                var value = rows!.AsArray()[i]!;
                sequence[name == "advantages" && value is JsonValue ? "advantage" : name] = value.DeepClone();
            }

            sequences.Add((JsonNode)sequence);
        }

        return sequences;
    }

    private static JsonObject Case(string id, string op, JsonObject request, JsonNode answer) =>
        new() { ["id"] = id, ["op"] = op, ["request"] = request.DeepClone(), ["answer"] = answer.DeepClone() };

    private async Task<JsonNode> AskAsync(string path, JsonObject request) =>
        await TryAskAsync(path, request) ?? throw new InvalidOperationException($"{path} refused {request.ToJsonString()}");

    private async Task<JsonNode?> TryAskAsync(string path, JsonObject request)
    {
        using var response = await _server.Client.PostAsJsonAsync(path, request);
        return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonNode>() : null;
    }

    /// <summary>How many cases grpo.js covers and how many it leaves to the service; fails on the first numbers that differ.</summary>
    private static (int Compared, int LeftOut) Compare(IEnumerable<JsonObject> cases)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, cases.Select(row => row.ToJsonString()));
            var module = Path.Combine(AppContext.BaseDirectory, "wwwroot", "explorer", "js", "grpo.js");
            using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "preview.mjs"), module, file]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var result = JsonNode.Parse(node.StandardOutput.ReadToEnd())!;
            node.WaitForExit();
            Assert.Empty(result["failures"]!.AsArray().Select(failure => (string)failure!));
            return ((int)result["compared"]!, (int)result["left_out"]!);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
