namespace GrpoApi.Tests.Features.ImportanceWeights;

public sealed class ImportanceWeightsTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private readonly HttpClient _client = api.CreateClient();

    public static TheoryData<string> Rows => GoldenRow.IdsOf("importance_weights");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_trainers_weights_masks_and_metrics_come_out(string id)
    {
        var row = GoldenRow.Named(id);
        var answer = await _client.PostForJsonAsync("/v1/importance-weights", row.AsSequences());

        var sequences = answer["sequences"]!.AsArray();
        if (row.Expected["weights"] is { } weights) GoldenRow.AssertRows(weights, sequences.Select(sequence => sequence!["weights"]), "weights");
        GoldenRow.AssertRows((row.Expected["modified_mask"] ?? row.Expected["mask"])!, sequences.Select(sequence => sequence!["mask"]), "mask");
        if (row.Expected["clipfrac"] is { } dropped) GoldenRow.AssertNear(dropped, answer["metrics"]!["clipfrac"], "clipfrac");
        foreach (var (name, value) in row.Expected["metrics"]?.AsObject() ?? []) GoldenRow.AssertNear(value, answer["metrics"]![name], name);
    }

    [Fact]
    public void Every_row_is_there() => Assert.Equal(6, GoldenRow.Count("importance_weights"));

    [Theory]
    [InlineData("token_truncate", 1.5, 0.25)]
    [InlineData("token_mask", 0, 0.25)]
    [InlineData("sequence_truncate", 0.5, 0.5)]
    [InlineData("seq_mask_tis", 2, 0.25)]
    public async Task Each_mode_weighs_in_its_way(string mode, double first, double second)
    {
        // Token ratios 2 and 1/4: their product is 1/2, their geometric mean 0.71.
        var answer = await _client.PostForJsonAsync("/v1/importance-weights", $$"""
            {"mode": "{{mode}}", "clip_max": 1.5, "clip_min": 0.1,
             "sequences": [{"old_logprobs": [-1, -1.3862943611198906], "rollout_logprobs": [-1.6931471805599454, 0], "mask": [1, 1]}]}
            """);

        Assert.Equal(first, (double)answer["sequences"]![0]!["weights"]![0]!, 12);
        Assert.Equal(second, (double)answer["sequences"]![0]!["weights"]![1]!, 12);
    }

    [Theory]
    [InlineData("""{"trainer": "skyrl", "tis_ratio_type": "token", "token_tis_ratio_clip_high": 1.5}""", 1.5, 0.25)]
    [InlineData("""{"trainer": "skyrl", "tis_ratio_type": "sequence"}""", 0.5, 0.5)]
    [InlineData("""{"trainer": "skyrl"}""", 1, 1)]
    [InlineData("""{"trainer": "areal", "rejection_sampling": {"metric": "ratio", "level": "token", "action": "mask", "upper": 1.5}}""", 0, 0.25)]
    [InlineData("""{"trainer": "open_instruct"}""", 2, 0.25)]
    public async Task A_trainers_settings_mean(string config, double first, double second)
    {
        var answer = await _client.PostForJsonAsync("/v1/importance-weights", $$"""
            {"trainer_config": {{config}}, "sequences": [{"old_logprobs": [-1, -1.3862943611198906], "rollout_logprobs": [-1.6931471805599454, 0], "mask": [1, 1]}]}
            """);

        Assert.Equal(first, (double)answer["sequences"]![0]!["weights"]![0]!, 12);
        Assert.Equal(second, (double)answer["sequences"]![0]!["weights"]![1]!, 12);
    }

    [Theory]
    [InlineData("sequences[0].old_logprobs", """{"mode": "token_mask", "sequences": [{"rollout_logprobs": [-1]}]}""")]
    [InlineData("sequences[0].rollout_logprobs", """{"mode": "token_mask", "sequences": [{"old_logprobs": [-1, -2], "rollout_logprobs": [-1]}]}""")]
    [InlineData("sequences[0].mask[0]", """{"mode": "token_mask", "sequences": [{"old_logprobs": [-1], "rollout_logprobs": [-1], "mask": [2]}]}""")]
    [InlineData("sequences[0].old_logprobs[0]", """{"mode": "token_mask", "sequences": [{"old_logprobs": [1e999], "rollout_logprobs": [-1]}]}""")]
    [InlineData("mode", """{"mode": "sometimes", "sequences": [{"old_logprobs": [-1], "rollout_logprobs": [-1]}]}""")]
    [InlineData("rejection.token_k9", """{"rejection": {"token_k9": {"max": 1}}, "sequences": [{"old_logprobs": [-1], "rollout_logprobs": [-1]}]}""")]
    [InlineData("sequences[0].rollout_logprobs", """{"mode": "token_mask", "sequences": [{"old_logprobs": [-1]}]}""")]
    [InlineData("trainer_config.rollout_iz", """{"trainer_config": {"trainer": "verl", "rollout_iz": "token"}, "sequences": [{"old_logprobs": [-1], "rollout_logprobs": [-1]}]}""")]
    public async Task What_is_wrong_is_named_at_its_path(string path, string request)
    {
        using var response = await _client.PostTextAsync("/v1/importance-weights", request);
        await Problem.AssertInvalidAsync(response, path);
    }
}
