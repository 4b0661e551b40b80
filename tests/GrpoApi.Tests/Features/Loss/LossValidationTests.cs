namespace GrpoApi.Tests.Features.Loss;

public sealed class LossValidationTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private readonly HttpClient _client = api.CreateClient();

    [Theory]
    [InlineData("sequences[0].old_logprobs", "1 values for 2 logprobs", """{"logprobs": [-1, -2], "old_logprobs": [-1], "advantage": 1}""")]
    [InlineData("sequences[0].ref_logprobs", "3 values for 2 logprobs", """{"logprobs": [-1, -2], "ref_logprobs": [-1, -2, -3], "advantage": 1}""")]
    [InlineData("sequences[0].mask", "1 values for 2 logprobs", """{"logprobs": [-1, -2], "mask": [1], "advantage": 1}""")]
    [InlineData("sequences[0].mask[1]", "0 or 1", """{"logprobs": [-1, -2], "mask": [1, 0.5], "advantage": 1}""")]
    [InlineData("sequences[0].advantages", "3 values for 2 logprobs", """{"logprobs": [-1, -2], "advantages": [1, 2, 3]}""")]
    [InlineData("sequences[0].advantages", "give one of the two", """{"logprobs": [-1, -2], "advantage": 1, "advantages": [1, 2]}""")]
    [InlineData("sequences[0].advantage", "Give advantage", """{"logprobs": [-1, -2]}""")]
    [InlineData("sequences[0].logprobs[1]", "a finite number", """{"logprobs": [-1, -1e999], "advantage": 1}""")]
    [InlineData("sequences[0].logprobs[1]", "a finite number", """{"logprobs": [-1, null], "advantage": 1}""")]
    [InlineData("sequences[0].old_logprob", "not known", """{"logprobs": [-1], "old_logprob": [-1], "advantage": 1}""")]
    [InlineData("sequences[0].logprobs", "Needed by the loss type", """{"advantage": 1}""")]
    [InlineData("sequences[0].logprobs[1]", "a finite number", """{"logprobs": [-1, "-2"], "advantage": 1}""")]
    [InlineData("sequences[0].logprobs", "an array", """{"logprobs": -1, "advantage": 1}""")]
    [InlineData("sequences[0].mask[0]", "0 or 1", """{"logprobs": [-1, -2], "mask": [true, 1], "advantage": 1}""")]
    [InlineData("sequences[0].mask", "an array", """{"logprobs": [-1, -2], "mask": "11", "advantage": 1}""")]
    public Task A_bad_sequence_is_told_where_and_why(string path, string message, string sequence) =>
        AssertInvalidAsync($$"""{"sequences": [{{sequence}}]}""", path, message);

    [Theory]
    [InlineData("loss_type", "grpo, bnpo, dr_grpo, dapo", "\"loss_type\": \"ppo2\"")]
    [InlineData("importance_sampling_level", "token, sequence, sequence_token", "\"importance_sampling_level\": \"word\"")]
    [InlineData("aggregation", "token-mean, seq-mean-token-mean", "\"aggregation\": \"mean\"")]
    [InlineData("kl_estimator", "k1, k2, k3, abs", "\"kl_estimator\": \"k5\"")]
    [InlineData("kl_aggregation", "token-mean, seq-mean-token-mean", "\"kl_aggregation\": \"mean\"")]
    [InlineData("kl_estimator", "Contradicts kl_aggregation", "\"kl_estimator\": \"full\", \"kl_aggregation\": \"token-mean\"")]
    [InlineData("kl_weight", "Contradicts kl_estimator k4", "\"kl_estimator\": \"k4\", \"kl_weight\": \"score_function\"")]
    [InlineData("sequences[0].values", "Needed by the loss type value", "\"loss_type\": \"value\"")]
    [InlineData("sequences[0].old_values", "Needed by the loss type value", "\"loss_type\": \"value\"")]
    [InlineData("sequences[0].returns", "Needed by the loss type value", "\"loss_type\": \"value\"")]
    [InlineData("sequences[0].ref_logprobs", "beta is not 0", "\"trainer_config\": {\"trainer\": \"trl\", \"beta\": 0.1}")]
    [InlineData("sequences[0].rollout_logprobs", "Needed by", "\"trainer_config\": {\"trainer\": \"verl\", \"loss_type\": \"bypass_mode\", \"rollout_correction\": {\"rollout_is\": \"token\", \"loss_type\": \"reinforce\"}}")]
    [InlineData("epsilon", "a finite number", "\"epsilon\": 1e999")]
    [InlineData("sequences[0].entropies", "Needed by top_entropy_quantile", "\"top_entropy_quantile\": 0.5")]
    [InlineData("kl_estimator", "Contradicts kl_weight", "\"kl_estimator\": \"full\", \"kl_weight\": \"ratio\"")]
    [InlineData("clip_cov.ratio", "[0, 1]", "\"clip_cov\": {\"ratio\": 2}")]
    [InlineData("clip_cov.upper_bound", "lower_bound", "\"clip_cov\": {\"lower_bound\": 2, \"upper_bound\": 1}")]
    [InlineData("kl_cov.ratio", "[0, 1]", "\"kl_cov\": {\"ratio\": -1}")]
    [InlineData("kl_cov.coef", "at least 0", "\"kl_cov\": {\"coef\": -1}")]
    [InlineData("normalizer.prompt_sizes", "add up to", "\"normalizer\": {\"prompt_sizes\": [2]}")]
    [InlineData("epsilon", "at least 0", "\"epsilon\": -0.1")]
    [InlineData("epsilon_high", "at least 0", "\"epsilon_high\": -0.1")]
    [InlineData("epsilon_hgih", "not known", "\"epsilon_hgih\": 0.1")]
    [InlineData("delta", "above 1 + epsilon_high = 1.28", "\"epsilon_high\": 0.28, \"delta\": 1.28")]
    [InlineData("rollout_correction.mode", "token_truncate, token_mask", "\"rollout_correction\": {\"mode\": \"tis\"}")]
    [InlineData("rollout_correction.clip_min", "clip_max", "\"rollout_correction\": {\"mode\": \"token_mask\", \"clip_max\": 2, \"clip_min\": 2.5}")]
    [InlineData("sequences[0].rollout_logprobs", "Needed by rollout_correction", "\"rollout_correction\": {\"mode\": \"token_mask\"}")]
    [InlineData("dro_beta", "Needed by the loss type dro", "\"loss_type\": \"dro\"")]
    [InlineData("sapo_temperature_neg", "above 0", "\"loss_type\": \"sapo\", \"sapo_temperature_neg\": 0")]
    [InlineData("cispo_clip_min", "largest weight", "\"loss_type\": \"cispo\", \"cispo_clip_max\": 2, \"cispo_clip_min\": 3")]
    [InlineData("beta", "at least 0", "\"beta\": -1")]
    [InlineData("sequences[0].ref_logprobs", "beta is not 0", "\"beta\": 0.1")]
    [InlineData("normalizer.num_items_in_batch", "above 0", "\"normalizer\": {\"num_items_in_batch\": 0}")]
    [InlineData("normalizer.loss_scale_factor", "max_completion_length", "\"normalizer\": {\"loss_scale_factor\": 10, \"max_completion_length\": 10}")]
    [InlineData("normalizer.empty_rows", "count, skip", "\"normalizer\": {\"empty_rows\": \"drop\"}")]
    [InlineData("kl_estimator", "Contradicts use_bias_correction_kl", "\"kl_estimator\": \"full\", \"use_bias_correction_kl\": true")]
    [InlineData("kl_estimator", "Contradicts kl_output_clamp", "\"kl_estimator\": \"full\", \"kl_output_clamp\": 10")]
    [InlineData("positive_nll_weight", "at least 0", "\"positive_nll_weight\": -1")]
    [InlineData("sequences[0].reward", "Needed by positive_nll_weight", "\"positive_nll_weight\": 0.1")]
    [InlineData("sequences[0].entropies", "Needed by entropy_coef", "\"entropy_coef\": 0.1")]
    [InlineData("kl_weight", "use_bias_correction_kl", "\"use_bias_correction_kl\": true, \"kl_weight\": \"score_function\"")]
    [InlineData("trainer_config.clip_ratio_hihg", "Did you mean clip_ratio_high?", "\"trainer_config\": {\"trainer\": \"verl\", \"clip_ratio_hihg\": 0.3}")]
    [InlineData("trainer_config", "Contradicts the other settings", "\"epsilon\": 0.3, \"trainer_config\": {\"trainer\": \"trl\"}")]
    [InlineData("trainer_config.trainer", "trl, verl, openrlhf", "\"trainer_config\": {\"trainer\": \"tlr\"}")]
    [InlineData("gradients", "true or false", "\"gradients\": \"yes\"")]
    public Task A_bad_setting_is_told_where_and_why(string path, string message, string setting) =>
        AssertInvalidAsync($$"""{ {{setting}}, "sequences": [{"logprobs": [-1, -2], "advantage": 1}]}""", path, message);

    [Theory]
    [InlineData("""{"sequences": []}""", "sequences", "At least one")]
    [InlineData("""{"loss_type": "grpo"}""", "sequences", "required")]
    public Task A_batch_is_needed(string json, string path, string message) => AssertInvalidAsync(json, path, message);

    [Theory]
    [InlineData("grpo", "count")]
    [InlineData("bnpo", "count")]
    [InlineData("dr_grpo", "skip")]
    [InlineData("gspo", "skip")]
    public async Task Masks_of_all_zeros_and_sequences_without_tokens_have_no_loss_and_no_gradient(string type, string emptyRows)
    {
        var answer = await _client.PostForJsonAsync("/v1/loss", $$"""
            {"loss_type": "{{type}}", "normalizer": {"empty_rows": "{{emptyRows}}"},
             "sequences": [{"logprobs": [-1, -2], "mask": [0, 0], "advantage": 1}, {"logprobs": [], "advantage": -1}]}
            """);

        Assert.Equal(0, (double)answer["loss"]!);
        Assert.Equal([0.0, 0.0], answer["sequences"]![0]!["grad_logprobs"]!.AsArray().Select(value => (double)value!));
        Assert.Empty(answer["sequences"]![1]!["grad_logprobs"]!.AsArray());
    }

    [Fact]
    public async Task Limits_are_settings()
    {
        using var small = new ApiFactory { Settings = { ["Limits:MaxSequences"] = "1" } };
        using var client = small.CreateClient();
        using var response = await client.PostTextAsync("/v1/loss", """{"sequences": [{"logprobs": [-1], "advantage": 1}, {"logprobs": [-1], "advantage": 1}]}""");
        Assert.Contains("Limits:MaxSequences", await Problem.AssertInvalidAsync(response, "sequences"), StringComparison.Ordinal);
    }

    private async Task AssertInvalidAsync(string json, string path, string message)
    {
        using var response = await _client.PostTextAsync("/v1/loss", json);
        Assert.Contains(message, await Problem.AssertInvalidAsync(response, path), StringComparison.Ordinal);
    }
}
