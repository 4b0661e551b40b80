namespace GrpoApi.Tests.Features.Kl;

public sealed class KlTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Sequence = """
        "sequences": [{"logprobs": [-1.0, -0.5], "ref_logprobs": [-1.5, -0.5]}]
        """;
    private readonly HttpClient _client = api.CreateClient();

    public static TheoryData<string> Rows => GoldenRow.IdsOf("kl");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_trainers_divergence_and_gradient_come_out(string id)
    {
        var row = GoldenRow.Named(id);
        if (row.Inputs.ContainsKey("current_kl"))
        {
            var request = row.Inputs.DeepClone().AsObject();
            request["trainer_config"] = row.Params.DeepClone();
            var adapted = await _client.PostForJsonAsync("/v1/kl", request.ToJsonString());
            for (var i = 0; i < 4; i++) GoldenRow.AssertNear(row.Expected["values"]![i], adapted["values"]![i], $"values[{i}]");
            return;
        }

        var answer = await _client.PostForJsonAsync("/v1/kl", row.AsSequences());

        GoldenRow.AssertRows(row.Expected["kl"]!, answer["sequences"]!.AsArray().Select(sequence => sequence!["kl"]), "kl");
        GoldenRow.AssertRows(row.Expected["grad_logprobs_of_sum"]!, answer["sequences"]!.AsArray().Select(sequence => sequence!["grad_logprobs"]), "grad_logprobs");
    }

    [Fact]
    public void Every_row_is_there() => Assert.Equal(21, GoldenRow.Count("kl"));

    [Theory]
    [InlineData("k1", 0.5, 1)]
    [InlineData("k2", 0.125, 0.5)]
    [InlineData("abs", 0.5, 1)]
    [InlineData("k3", 0.106530659712633, 0.393469340287367)]
    [InlineData("kl", 0.5, 1)]
    [InlineData("mse", 0.125, 0.5)]
    [InlineData("low_var_kl", 0.106530659712633, 0.393469340287367)]
    [InlineData("k4", 0.5, 1.5)]
    public async Task Each_estimator_answers_value_and_gradient(string estimator, double value, double gradient)
    {
        var answer = await _client.PostForJsonAsync("/v1/kl", $$"""{"estimator": "{{estimator}}", {{Sequence}}}""");

        Assert.Equal(value, (double)answer["sequences"]![0]!["kl"]![0]!, 12);
        Assert.Equal(gradient, (double)answer["sequences"]![0]!["grad_logprobs"]![0]!, 12);
        Assert.Equal(value / 2, (double)answer["metrics"]!["kl"]!, 12);
    }

    [Fact]
    public async Task K4_is_k1_times_the_ratio()
    {
        // r = 2 and x = 0.5: r x, with the gradient r x + r. Source: open-instruct's fourth estimate.
        foreach (var settings in (string[])["\"estimator\": \"k4\"", "\"trainer_config\": {\"trainer\": \"open_instruct\", \"kl_estimator\": 3}"])
        {
            var answer = await _client.PostForJsonAsync("/v1/kl", $$"""{ {{settings}}, "sequences": [{"logprobs": [-1], "ref_logprobs": [-1.5], "old_logprobs": [-1.6931471805599454]}]}""");
            Assert.Equal(1, (double)answer["sequences"]![0]!["kl"]![0]!, 12);
            Assert.Equal(3, (double)answer["sequences"]![0]!["grad_logprobs"]![0]!, 12);
        }
    }

    [Theory]
    [InlineData("true", 10)]
    [InlineData("false", 50)]
    public async Task Areals_clamp_is_optional(string clamps, double kl)
    {
        var answer = await _client.PostForJsonAsync("/v1/kl", $$"""{"trainer_config": {"trainer": "areal", "apply_clamp": {{clamps}}}, "sequences": [{"logprobs": [-1], "ref_logprobs": [-51]}]}""");
        Assert.Equal(kl, (double)answer["sequences"]![0]!["kl"]![0]!);
    }

    [Fact]
    public async Task The_full_divergence_is_exact_over_the_outcomes()
    {
        // p = (0.5, 0.5) against (0.25, 0.75): 0.5 ln 2 + 0.5 ln(2/3).
        var answer = await _client.PostForJsonAsync("/v1/kl", """
            {"estimator": "full", "sequences": [
              {"logprobs": [-0.6931471805599453], "ref_logprobs": [-1.3862943611198906]},
              {"logprobs": [-0.6931471805599453], "ref_logprobs": [-0.2876820724517809]}]}
            """);

        Assert.Equal(0.14384103622589045, (double)answer["metrics"]!["kl"]!, 12);
        Assert.Equal(0.5 * (Math.Log(2) + 1), (double)answer["sequences"]![0]!["grad_logprobs"]![0]!, 12);
    }

    [Theory]
    [InlineData("estimator", """{"estimator": "k9", """)]
    [InlineData("weight", """{"estimator": "k4", "weight": "score_function", """)]
    [InlineData("input_clamp", """{"input_clamp": -1, """)]
    [InlineData("sequences[0].rollout_logprobs", """{"weight": "rollout_ratio", """)]
    [InlineData("trainer_config.kl_penalti", """{"trainer_config": {"trainer": "verl", "kl_penalti": "k1"}, """)]
    [InlineData("trainer_config.kl_penalty", """{"trainer_config": {"trainer": "verl", "kl_penalty": "k7"}, """)]
    [InlineData("trainer_config.trainer", """{"trainer_config": {"trainer": "nobody"}, """)]
    [InlineData("trainer_config", """{"estimator": "k1", "trainer_config": {"trainer": "verl"}, """)]
    public async Task What_is_wrong_is_named_at_its_path(string path, string settings)
    {
        using var response = await _client.PostTextAsync("/v1/kl", settings + Sequence + "}");
        await Problem.AssertInvalidAsync(response, path);
    }
}
