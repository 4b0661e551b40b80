using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Loss;

public sealed class LossTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task NeMos_counts_of_the_whole_batch_divide_its_micro_batches()
    {
        const string One = """{"logprobs": [-1, -2], "old_logprobs": [-1.1, -2], "advantage": 1, "reward": 1}""", Two = """{"logprobs": [-0.5], "old_logprobs": [-0.4], "advantage": -1, "reward": 0}""";
        async Task<double> LossAsync(string settings, string sequences) =>
            (double)(await _client.PostForJsonAsync("/v1/loss", $$"""{"trainer_config": {"trainer": "nemo_rl"{{settings}}}, "sequences": [{{sequences}}]}"""))["loss"]!;

        var whole = await LossAsync("", $"{One}, {Two}");
        Assert.Equal(whole, await LossAsync(", \"global_valid_toks\": 3", One) + await LossAsync(", \"global_valid_toks\": 3", Two), 9);
        Assert.Equal(whole + (0.5 * 1.5), await LossAsync(", \"positive_example_nll_weight\": 0.5", $"{One}, {Two}"), 9);
    }

    private readonly HttpClient _client = api.CreateClient();

    /// <summary>Two sequences whose ratios are 1.5 (clipped at 1.2), 1, and 0.5.</summary>
    private const string Sequences = """
        "sequences": [
          {"logprobs": [-0.594534891891836, -2], "old_logprobs": [-1, -2], "ref_logprobs": [-0.594534891891836, -1.306852819440055], "mask": [1, 1], "advantage": 1},
          {"logprobs": [-1.693147180559945, -9], "old_logprobs": [-1, -2], "ref_logprobs": [-1.693147180559945, -3], "mask": [1, 0], "advantages": [2, 7]}]
        """;

    [Fact]
    public async Task The_loss_comes_with_its_gradient_and_metrics()
    {
        var answer = await ComputeAsync($$"""{"loss_type": "dapo", {{Sequences}}}""");

        Assert.Equal(-(1.2 + 1 + 1) / 3, (double)answer["loss"]!, 12);
        Assert.Equal((1.2 + 1 + 1) / 3, (double)answer["objective"]!, 12);
        Assert.Equal((double)answer["loss"]!, (double)answer["policy_loss"]!);
        Assert.Equal(0, (double)answer["kl_loss"]!);
        AssertNear([0, -1 / 3.0], answer["sequences"]![0]!["grad_logprobs"]!);
        AssertNear([-1 / 3.0, 0], answer["sequences"]![1]!["grad_logprobs"]!);
        Assert.Equal(1 / 3.0, (double)answer["metrics"]!["clip_ratio/high_mean"]!, 12);
        Assert.Equal(0, (double)answer["metrics"]!["clip_ratio/low_mean"]!);
        Assert.Equal(1, (double)answer["metrics"]!["ratio/mean"]!, 12);
        Assert.Equal(0, (double)answer["metrics"]!["nonfinite_tokens"]!);
        Assert.Null(answer["metrics"]!["kl"]);
        Assert.Null(answer["explanation"]);
    }

    [Theory]
    [InlineData("grpo", -((1.2 + 1) / 2 + 1) / 2)]
    [InlineData("bnpo", -(1.2 + 1 + 1) / 3)]
    [InlineData("dr_grpo", -(1.2 + 1 + 1) / 2 / 2)]
    public async Task Loss_types_divide_by_different_counts(string type, double loss) =>
        Assert.Equal(loss, (double)(await ComputeAsync($$"""{"loss_type": "{{type}}", {{Sequences}}}"""))["loss"]!, 12);

    [Theory]
    [InlineData("ppo", "", -3.2 / 3)]
    [InlineData("importance_sampling", "", -(1.5 + 1 + 1))]
    [InlineData("reinforce", "", (0.594534891891836 + 2 + (2 * 1.693147180559945)) / 3)]
    [InlineData("cispo", "", ((1.2 * 0.594534891891836) + 2 + (0.8 * 2 * 1.693147180559945)) / 3)]
    [InlineData("cispo", "\"cispo_clip_max\": 1.4,", ((1.4 * 0.594534891891836) + 2 + (0.5 * 2 * 1.693147180559945)) / 3)]
    [InlineData("dro", "\"dro_beta\": 2,", ((0.594534891891836 + 2 + (2 * 1.693147180559945)) + (0.16440195389316 + 0.48045301391820)) / 3)]
    [InlineData("luspo", "", -((2 * 1.2) + 1) / 2)]
    [InlineData("rloo", "", -(1.2 + 1) / 2)]
    public async Task Every_family_of_loss_types_can_be_asked_for(string type, string parameters, double loss) =>
        Assert.Equal(loss, (double)(await ComputeAsync($$"""{"loss_type": "{{type}}", {{parameters}} {{Sequences}}}"""))["loss"]!, 9);

    [Fact]
    public async Task Every_loss_type_answers_a_finite_gradient()
    {
        foreach (var type in global::Grpo.Losses.LossTypes.All.Names)
        {
            var answer = await ComputeAsync($$"""{"loss_type": "{{type}}", "dro_beta": 0.1, "beta": 0.01, {{Sequences}}}""");
            Assert.NotNull(answer["loss"]);
            Assert.Contains(answer["sequences"]!.AsArray(), sequence => sequence!["grad_logprobs"]!.AsArray().Any(grad => (double)grad! != 0));
        }
    }

    [Fact]
    public async Task The_divergence_is_a_part_of_its_own()
    {
        var answer = await ComputeAsync($$"""{"loss_type": "dapo", "beta": 0.1, {{Sequences}}}""");
        var k3 = 2 - Math.Log(2) - 1;
        Assert.Equal(0.1 * k3 / 3, (double)answer["kl_loss"]!, 12);
        Assert.Equal(k3 / 3, (double)answer["metrics"]!["kl"]!, 12);
        Assert.Equal((double)answer["policy_loss"]! + (double)answer["kl_loss"]!, (double)answer["loss"]!, 12);
        AssertNear([0, (-1 + (0.1 * (1 - 2))) / 3], answer["sequences"]![0]!["grad_logprobs"]!);
    }

    [Fact]
    public async Task The_divergence_can_have_an_aggregation_of_its_own()
    {
        var whole = await ComputeAsync($$"""{"loss_type": "grpo", "beta": 0.1, "kl_aggregation": "token-sum", "explain": true, {{Sequences}}}""");
        var policy = await ComputeAsync($$"""{"loss_type": "grpo", {{Sequences}}}""");
        var k3 = 2 - Math.Log(2) - 1;
        Assert.Equal((double)policy["loss"]!, (double)whole["policy_loss"]!, 12);
        Assert.Equal(0.1 * k3, (double)whole["kl_loss"]!, 12);
        Assert.Equal(k3 / 3, (double)whole["metrics"]!["kl"]!, 12);
        Assert.Equal(-0.25 + (0.1 * (1 - 2)), (double)whole["sequences"]![0]!["grad_logprobs"]![1]!, 12);
        Assert.Equal((double)whole["objective"]!, whole["explanation"]!["sequences"]!.AsArray().SelectMany(sequence => sequence!["tokens"]!.AsArray())
            .Where(token => (double)token!["weight"]! > 0).Sum(token => (double)token!["weight"]! * (double)token["objective"]!), 12);
    }

    [Fact]
    public async Task The_explanation_has_every_number()
    {
        var answer = await ComputeAsync($$"""{"loss_type": "dapo", "beta": 0.1, "explain": true, "gradients": false, {{Sequences}}}""");

        Assert.Null(answer["sequences"]![0]!["grad_logprobs"]);
        var explanation = answer["explanation"]!;
        Assert.Equal((double)answer["objective"]!, (double)explanation["objective"]!, 12);
        Assert.Equal((double)explanation["surrogate"]! - (double)explanation["kl_penalty"]!, (double)explanation["objective"]!, 12);
        Assert.Equal(1, (double)explanation["sequences"]![0]!["advantage"]!);
        Assert.Null(explanation["sequences"]![1]!["advantage"]);

        var clipped = explanation["sequences"]![0]!["tokens"]![0]!;
        foreach (var (name, value) in new[] { ("ratio", 1.5), ("clipped_ratio", 1.2), ("unclipped_term", 1.5), ("clipped_term", 1.2), ("min_term", 1.2), ("kl", 0), ("beta_kl", 0), ("objective", 1.2), ("weight", 1 / 3.0) })
        {
            Assert.Equal(value, (double)clipped[name]!, 12);
        }

        Assert.True((bool)clipped["clipped"]!);
        var masked = explanation["sequences"]![1]!["tokens"]![1]!;
        Assert.Equal(0, (double)masked["weight"]!);
        Assert.Null(masked["ratio"]);
    }

    [Fact]
    public async Task Without_old_logprobs_the_ratio_is_1_and_the_gradient_flows()
    {
        var answer = await ComputeAsync("""{"loss_type": "dapo", "sequences": [{"logprobs": [-1, -2], "advantage": 3}]}""");
        Assert.Equal(-3, (double)answer["loss"]!);
        AssertNear([-1.5, -1.5], answer["sequences"]![0]!["grad_logprobs"]!);
    }

    [Fact]
    public async Task A_rollout_correction_weighs_the_tokens()
    {
        const string Sequence = """ "sequences": [{"logprobs": [-1, -1], "rollout_logprobs": [-3, -1], "advantage": 2}] """;
        var off = await ComputeAsync($$"""{"loss_type": "dapo", "rollout_correction": {"mode": null, "clip_max": null, "clip_min": null}, {{Sequence}}}""");
        var on = await ComputeAsync($$"""{"loss_type": "dapo", "rollout_correction": {"mode": "token_truncate"}, {{Sequence}}}""");
        AssertNear([-1, -1], off["sequences"]![0]!["grad_logprobs"]!);
        AssertNear([-3, -1], on["sequences"]![0]!["grad_logprobs"]!);
        Assert.Equal(2, (double)on["metrics"]!["sampling/importance_sampling_ratio/mean"]!, 12);
    }

    [Fact]
    public async Task Counts_of_the_whole_batch_make_micro_batches_add_up()
    {
        const string Normalizer = """ "normalizer": {"num_items_in_batch": 6} """;
        var whole = await ComputeAsync($$"""{"loss_type": "dapo", {{Sequences}}}""");
        var part = await ComputeAsync($$"""{"loss_type": "dapo", {{Normalizer}}, {{Sequences}}}""");
        Assert.Equal((double)whole["loss"]! / 2, (double)part["loss"]!, 12);
    }

    [Fact]
    public async Task An_overflowed_loss_is_null_and_its_gradient_finite()
    {
        var answer = await ComputeAsync("""{"loss_type": "dapo", "explain": true, "sequences": [{"logprobs": [-1, -1], "old_logprobs": [-900, -1], "advantage": -1}]}""");
        Assert.Null(answer["loss"]);
        Assert.Null(answer["objective"]);
        AssertNear([0, 0.5], answer["sequences"]![0]!["grad_logprobs"]!);
        Assert.Equal(1, (double)answer["metrics"]!["nonfinite_tokens"]!);
        Assert.Null(answer["explanation"]!["sequences"]![0]!["tokens"]![0]!["ratio"]);
    }

    [Fact]
    public async Task Empty_and_masked_sequences_cost_nothing()
    {
        var answer = await ComputeAsync("""{"sequences": [{"logprobs": [], "advantage": 1}, {"logprobs": [-1], "mask": [0], "advantage": 1}]}""");
        Assert.Equal(0, (double)answer["loss"]!);
        AssertNear([], answer["sequences"]![0]!["grad_logprobs"]!);
        AssertNear([0], answer["sequences"]![1]!["grad_logprobs"]!);
    }

    private Task<JsonNode> ComputeAsync(string json) => _client.PostForJsonAsync("/v1/loss", json);

    private static void AssertNear(double[] expected, JsonNode actual)
    {
        Assert.Equal(expected.Length, actual.AsArray().Count);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], (double)actual[i]!, 12);
    }
}
