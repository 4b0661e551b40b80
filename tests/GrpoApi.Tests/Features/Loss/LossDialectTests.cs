using System.Text.Json.Nodes;
using GrpoApi.Features.Loss;

namespace GrpoApi.Tests.Features.Loss;

/// <summary>What trainers' settings mean where no golden row says it: canonical settings, and numbers by hand.</summary>
public sealed class LossDialectTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    /// <summary>Ratios of 1; logprob - ref_logprob is 1 and 0, and 2.</summary>
    private const string Sequences = """
        "sequences": [
          {"logprobs": [-1, -2], "ref_logprobs": [-2, -2], "rollout_logprobs": [-1, -2], "advantage": 1, "entropies": [0.5, 1]},
          {"logprobs": [-1], "ref_logprobs": [-3], "rollout_logprobs": [-1], "advantage": -1, "entropies": [3]}]
        """;

    private readonly HttpClient _client = api.CreateClient();

    [Theory]
    [InlineData("""{"trainer": "open_instruct", "loss_fn": "cispo", "beta": 0}""", "loss_type", "cispo")]
    [InlineData("""{"trainer": "open_instruct", "kl_estimator": 3}""", "kl_estimator", "k4")]
    [InlineData("""{"trainer": "skyrl", "policy_loss_type": "gspo"}""", "loss_type", "gspo_token")]
    [InlineData("""{"trainer": "skyrl", "off_policy_correction": {"tis_ratio_type": "token"}}""", "rollout_correction.mode", "token_truncate")]
    [InlineData("""{"trainer": "skyrl", "off_policy_correction": {"tis_ratio_type": "sequence"}}""", "rollout_correction.clip_max", 5.0)]
    [InlineData("""{"trainer": "skyrl", "use_kl_loss": true}""", "kl_input_clamp", 20.0)]
    [InlineData("""{"trainer": "skyrl", "use_entropy_loss": true}""", "entropy_coef", 0.01)]
    [InlineData("""{"trainer": "slime", "advantage_estimator": "gspo"}""", "loss_type", "gspo")]
    [InlineData("""{"trainer": "slime", "loss_type": "policy_loss"}""", "loss_type", "grpo")]
    [InlineData("""{"trainer": "slime", "global_batch_size": 8}""", "normalizer.global_batch_size", 8.0)]
    [InlineData("""{"trainer": "trl", "loss_type": "gmpo"}""", "epsilon", 0.4)]
    [InlineData("""{"trainer": "trl", "loss_type": "cispo"}""", "cispo_clip_max", 0.2)]
    [InlineData("""{"trainer": "tinker", "loss_fn": "ppo"}""", "loss_type", "ppo")]
    [InlineData("""{"trainer": "nemo_rl", "reference_policy_kl_penalty": 0.01, "use_kl_in_reward": true}""", "beta", 0.0)]
    [InlineData("""{"trainer": "openrlhf", "use_kl_loss": true}""", "kl_aggregation", "token-mean")]
    [InlineData("""{"trainer": "openrlhf", "use_kl_loss": true}""", "kl_output_clamp", 10.0)]
    [InlineData("""{"trainer": "verl", "loss_mode": "gspo", "use_kl_loss": true}""", "kl_aggregation", "token-mean")]
    public async Task A_setting_means(string config, string field, object expected)
    {
        var canonical = (await ComputeAsync(config))["canonical"]!;
        var value = field.Split('.').Aggregate(canonical, (node, name) => node[name]!);
        Assert.Equal(expected, expected is string ? (string)value! : (double)value!);
    }

    [Theory]
    [InlineData("""{"trainer": "openrlhf", "policy_loss_type": "gspo", "loss_type": "ppo"}""", "trainer_config.loss_type", "Contradicts policy_loss_type")]
    [InlineData("""{"trainer": "openrlhf", "policy_loss_type": "reinforce"}""", "trainer_config.policy_loss_type", "Supported: ppo, gspo")]
    [InlineData("""{"trainer": "openrlhf", "vllm_is_truncated_threshold": [5, 0.5]}""", "trainer_config.vllm_is_truncated_threshold", "[low, high]")]
    [InlineData("""{"trainer": "verl", "clip_ratio": 1e999}""", "trainer_config.clip_ratio", "finite")]
    [InlineData("""{"trainer": "verl", "loss_type": "clip_cov", "seed": 0.5}""", "trainer_config.seed", "whole number")]
    [InlineData("""{"trainer": "verl", "loss_type": "reinforce", "loss_agg_mode": "mean"}""", "trainer_config.loss_agg_mode", "token-mean")]
    [InlineData("""{"trainer": "verl", "loss_type": "bypass_mode"}""", "trainer_config.rollout_correction", "Needed by bypass_mode")]
    [InlineData("""{"trainer": "skyrl", "loss_reduction": "prompt_mean", "prompt_boundaries": [[[0], 1]]}""", "trainer_config.prompt_boundaries", "[from, to]")]
    [InlineData("""{"trainer": "skyrl", "off_policy_correction": {"tis_ratio_tipe": "token"}}""", "trainer_config.off_policy_correction.tis_ratio_tipe", "Did you mean tis_ratio_type?")]
    [InlineData("""{"trainer": 7}""", "trainer_config.trainer", "a string")]
    [InlineData("""{"trainer": "trl", "epsilon": -1}""", "trainer_config", "As epsilon: Must be at least 0")]
    [InlineData("""{"trainer": "trl", "epsilon_hgih": 1}""", "trainer_config.epsilon_hgih", "Did you mean epsilon_high?")]
    public async Task A_wrong_setting_is_named(string config, string path, string message)
    {
        using var response = await _client.PostTextAsync("/v1/loss", $$"""{"trainer_config": {{config}}, {{Sequences}}}""");
        Assert.Contains(message, await Problem.AssertInvalidAsync(response, path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"trainer": "trl", "loss_type": "luspo"}""", "sequences[0].mask", """{"logprobs": [-1, -2], "mask": [1], "advantage": 1}""")]
    [InlineData("""{"trainer": "trl", "loss_type": "luspo"}""", "sequences[0].mask[1]", """{"logprobs": [-1, -2], "mask": [1, 2], "advantage": 1}""")]
    [InlineData("""{"trainer": "prime_rl", "loss_type": "ref_kl"}""", "sequences[0].ref_logprobs", """{"logprobs": [-1, -2], "advantage": 1}""")]
    [InlineData("""{"trainer": "prime_rl", "loss_type": "ref_kl"}""", "sequences[0].ref_logprobs", """{"logprobs": [-1, -2], "ref_logprobs": [-1], "advantage": 1}""")]
    public async Task What_a_trainer_would_rewrite_is_checked_before(string config, string path, string sequence)
    {
        using var response = await _client.PostTextAsync("/v1/loss", $$"""{"trainer_config": {{config}}, "sequences": [{{sequence}}]}""");
        await Problem.AssertInvalidAsync(response, path);
    }

    [Fact]
    public async Task OpenRlhf_means_its_divergence_over_tokens_whatever_its_policy_term_does()
    {
        var answer = await ComputeAsync("""{"trainer": "openrlhf", "token_level_loss": false, "use_kl_loss": true, "init_kl_coef": 0.1, "kl_estimator": "k2", "entropy_loss_coef": 0.01}""");

        // k2 of 1, 0 and 2 is 0.5, 0 and 2. The policy term is a mean over sequences: -(1 - 1) / 2.
        Assert.Equal(0.1 * 2.5 / 3, (double)answer["kl_loss"]!, 7);
        Assert.Equal(0, (double)answer["policy_loss"]!, 7);
        Assert.Equal((0.1 * 2.5 / 3) - (0.01 * 1.5), (double)answer["loss"]!, 7);
        AssertNear([(-1 / 4.0) + (0.1 * 1 / 3), -1 / 4.0], answer["sequences"]![0]!["grad_logprobs"]!);
        AssertNear([(1 / 2.0) + (0.1 * 2 / 3)], answer["sequences"]![1]!["grad_logprobs"]!);
    }

    [Fact]
    public async Task SkyRl_means_its_divergence_over_sequences_whatever_its_policy_term_does()
    {
        var answer = await ComputeAsync("""{"trainer": "skyrl", "loss_reduction": "token_mean", "use_kl_loss": true, "kl_loss_coef": 0.1, "kl_estimator_type": "k2"}""");

        Assert.Equal(-1 / 3.0, (double)answer["policy_loss"]!, 12);
        Assert.Equal(0.1 * ((0.25 + 2) / 2), (double)answer["kl_loss"]!, 12);
        AssertNear([(-1 / 3.0) + (0.1 * 1 / 4), -1 / 3.0], answer["sequences"]![0]!["grad_logprobs"]!);
    }

    [Fact]
    public async Task Verl_and_slime_log_the_parts_of_the_loss()
    {
        var verl = (await ComputeAsync("""{"trainer": "verl", "use_kl_loss": true, "kl_loss_coef": 0.1, "kl_loss_type": "mse", "entropy_coeff": 0.01}"""))["metrics"]!;
        Assert.Equal(-1 / 3.0, (double)verl["actor/pg_loss"]!, 12);
        Assert.Equal(2.5 / 3, (double)verl["actor/kl_loss"]!, 12);
        Assert.Equal(0.1, (double)verl["actor/kl_coef"]!);
        Assert.Equal(1.5, (double)verl["actor/entropy_loss"]!, 12);

        var slime = (await ComputeAsync("""{"trainer": "slime", "use_kl_loss": true, "kl_loss_coef": 0.1, "kl_loss_type": "k2"}"""))["metrics"]!;
        Assert.Equal(0, (double)slime["pg_loss"]!, 12);
        Assert.Equal((0.25 + 2) / 2, (double)slime["kl_loss"]!, 12);
        Assert.Equal(0.1 * (0.25 + 2) / 2, (double)slime["loss"]!, 12);
    }

    [Theory]
    [InlineData("token_truncate", 0.25, 0.75, 1)]
    [InlineData("sequence_mask", 0.25, 0.625, 1)]
    public async Task Trl_logs_the_gap_between_sampler_and_trainer(string mode, double min, double mean, double max)
    {
        // Token ratios 1/4, and 1 and 1: one sequence of 1/4, one of 1.
        var answer = await _client.PostForJsonAsync("/v1/loss", $$"""
            {"trainer_config": {"trainer": "trl", "loss_type": "dapo", "vllm_importance_sampling_mode": "{{mode}}"},
             "sequences": [{"logprobs": [-1.3862943611198906], "rollout_logprobs": [0], "advantage": 1}, {"logprobs": [-1, -1], "rollout_logprobs": [-1, -1], "advantage": 1}]}
            """);

        var metrics = answer["metrics"]!;
        Assert.Equal(Math.Log(4) / 3, (double)metrics["sampling/sampling_logp_difference/mean"]!, 12);
        Assert.Equal(Math.Log(4), (double)metrics["sampling/sampling_logp_difference/max"]!, 12);
        Assert.Equal(min, (double)metrics["sampling/importance_sampling_ratio/min"]!, 12);
        Assert.Equal(mean, (double)metrics["sampling/importance_sampling_ratio/mean"]!, 12);
        Assert.Equal(max, (double)metrics["sampling/importance_sampling_ratio/max"]!, 12);
    }

    [Theory]
    [InlineData("trl", "dapo", false)]
    [InlineData("trl", "cispo", false)]
    [InlineData("trl", "gmpo", true)]
    [InlineData("areal", "grpo", false)]
    [InlineData("open_instruct", "grpo", false)]
    [InlineData("tinker", "ppo", false)]
    [InlineData("verl", "grpo", true)]
    [InlineData("prime_rl", "tv_mask", true)]
    public void The_numbers_of_tokens_are_kept_only_for_metrics_that_read_them(string trainer, string type, bool kept) =>
        Assert.Equal(kept, LossDialects.All[trainer].NeedsTokens(new LossRequest { LossType = type, Sequences = [] }));

    [Theory]
    [InlineData("areal")]
    [InlineData("trl")]
    public async Task An_explanation_is_given_when_it_is_asked_for(string trainer)
    {
        string Request(string explain) => $$"""{"trainer_config": {"trainer": "{{trainer}}"}, "explain": {{explain}}, {{Sequences}}}""";
        var with = await _client.PostForJsonAsync("/v1/loss", Request("true"));
        var without = await _client.PostForJsonAsync("/v1/loss", Request("false"));
        Assert.Equal(2, with["explanation"]!["sequences"]!.AsArray().Count);
        Assert.Null(without["explanation"]);
        Assert.Equal(with["metrics"]!.ToJsonString(), without["metrics"]!.ToJsonString());
    }

    public static TheoryData<string> Rows => GoldenRow.IdsOf("loss");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_trainer_answers_a_batch_without_a_token_in_the_loss(string id)
    {
        var request = JsonNode.Parse(GoldenRow.Named(id).AsSequences())!;
        var sequences = request["sequences"]!.AsArray();
        foreach (var sequence in sequences) sequence!["mask"] = new JsonArray([.. (sequence["logprobs"] ?? sequence["values"])!.AsArray().Select(_ => (JsonNode)0)]);
        var empty = sequences[0]!.DeepClone().AsObject();
        foreach (var name in empty.Where(field => field.Value is JsonArray).Select(field => field.Key).ToArray()) empty[name] = new JsonArray();
        if (request["trainer_config"]!["prompt_boundaries"] is null) sequences.Add((JsonNode)empty);

        var answer = await _client.PostForJsonAsync("/v1/loss", request.ToJsonString());

        foreach (var sequence in answer["sequences"]!.AsArray())
        {
            Assert.All((sequence!["grad_logprobs"] ?? sequence["grad_values"])!.AsArray(), gradient => Assert.Equal(0, (double)gradient!));
        }
    }

    private Task<JsonNode> ComputeAsync(string config) => _client.PostForJsonAsync("/v1/loss", $$"""{"trainer_config": {{config}}, {{Sequences}}}""");

    private static void AssertNear(double[] expected, JsonNode actual)
    {
        Assert.Equal(expected.Length, actual.AsArray().Count);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], (double)actual[i]!, 7);
    }
}
