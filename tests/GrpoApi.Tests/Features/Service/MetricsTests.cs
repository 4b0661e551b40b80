using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Grpo.Engines.Weights;
using Grpo.Testing;

namespace GrpoApi.Tests.Features.Service;

/// <summary>The figures of the service as it is shipped, in a process of its own: listeners hear every service of theirs.</summary>
public sealed partial class MetricsTests : IAsyncLifetime
{
    private readonly string _jobs = Path.Combine(Path.GetTempPath(), $"grpo-test-{Guid.NewGuid():N}.db");
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync("--Jobs:ConnectionString", $"Data Source={_jobs}");
        await _server.Client.UntilReadyAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var left in (string[])[_jobs, _jobs + "-wal", _jobs + "-shm"]) File.Delete(left);
    }

    [Fact]
    public async Task What_is_documented_is_served_and_what_is_served_is_documented()
    {
        await DoEverythingAsync();
        var served = (await ScrapeAsync()).Types.Select(type => (type.Key, type.Value)).Order();
        var documented = DocumentedRow().Matches(await File.ReadAllTextAsync(Path.Combine(TestData.RepositoryRoot(), "docs", "metrics.md")))
            .Select(row => (row.Groups["name"].Value, row.Groups["type"].Value)).Order();
        Assert.Equal(documented, served);
    }

    [Fact]
    public async Task Figures_move_with_what_is_done()
    {
        var before = await ScrapeAsync();
        Assert.Equal(0, before["grpo_policy_sampled_tokens_total", "policy=\"tiny-r1\""]);
        var (sampled, prompt) = await DoEverythingAsync();
        var after = await ScrapeAsync();

        Assert.Equal(sampled, after["grpo_policy_sampled_tokens_total", "policy=\"tiny-r1\""]);
        Assert.Equal((2 * prompt) + 1, after["grpo_policy_prompt_tokens_total", "policy=\"tiny-r1\""]); // once per version, and the scored one
        Assert.Equal(2, after["grpo_policy_scored_tokens_total", "policy=\"tiny-r1\""]);
        Assert.Equal(1, after["grpo_policy_reused_prompts_total", "policy=\"tiny-r1\""]);
        Assert.Equal(prompt, after["grpo_policy_reused_prompt_tokens_total", "policy=\"tiny-r1\""]);
        Assert.True(after["grpo_policy_decode_steps_total", ""] > 0);
        Assert.InRange(after["grpo_policy_forward_time_seconds_total", ""], 1e-6, after["grpo_policy_decode_time_seconds_total", ""]);
        Assert.True(after["grpo_policy_prefill_time_seconds_total", ""] > 0);
        Assert.Equal(1L << 30, after["grpo_policy_kv_cache_limit_bytes", ""]);
        Assert.Equal(2, after["grpo_policy_version", ""]);
        Assert.Equal(1, after["grpo_policy_versions", ""]);
        Assert.Equal(1, after["grpo_policy_weight_update_duration_seconds_count", "mode=\"in_flight\",outcome=\"updated\""]);
        Assert.Equal(1, after["grpo_policy_weight_update_duration_seconds_count", "mode=\"wait\",outcome=\"refused\""]);
        Assert.Equal(8, after["grpo_reward_scores_total", "judged=\"true\",reward=\"format\""]);
        Assert.Equal(1, after["grpo_loss_batches_total", "loss_type=\"dapo\""]);
        Assert.Equal(2, after["grpo_loss_tokens_total", "loss_type=\"dapo\""]);
        Assert.Equal(1, after["grpo_jobs", "kind=\"evaluation\",status=\"succeeded\""]);
        Assert.Equal(2, after["http_server_request_duration_seconds_count", "http_response_status_code=\"200\",http_route=\"/v1/rollouts\""]);
        Assert.Equal(1, after["http_server_request_duration_seconds_count", "http_response_status_code=\"400\",http_route=\"/v1/policies/{name}/weights\""]);
    }

    [Fact]
    public async Task The_batch_and_the_queue_show_while_sequences_run()
    {
        using var stop = new CancellationTokenSource();
        using var content = new StringContent("""{"prompts": [{"text": "What is 37 + 58?"}], "group_size": 250, "sampling": {"max_tokens": 400, "min_tokens": 400} }""", new MediaTypeHeaderValue("application/json"));
        var others = Enumerable.Range(0, 2).Select(async _ => await _server.Client.PostAsync(new Uri("/v1/rollouts", UriKind.Relative), new StringContent(await content.ReadAsStringAsync(), new MediaTypeHeaderValue("application/json")), stop.Token)).ToList();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Exposition seen;
        do
        {
            seen = await ScrapeAsync();
        }
        while ((seen["grpo_policy_queued_sequences", ""] is 0 || seen["grpo_policy_kv_cache_usage_bytes", ""] is 0 || seen["grpo_policy_waiting_requests", ""] is 0) && !patience.IsCancellationRequested);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(others));
        Assert.Equal(256, seen["grpo_policy_active_sequences", ""]);
        Assert.Equal(256, seen["grpo_policy_max_sequences", ""]);
        Assert.InRange(seen["grpo_policy_queued_sequences", ""], 1, 244);
        Assert.InRange(seen["grpo_policy_waiting_requests", ""], 1, 2);
        Assert.InRange(seen["grpo_policy_kv_cache_usage_bytes", ""], 1, seen["grpo_policy_kv_cache_limit_bytes", ""]);
    }

    [Fact]
    public async Task A_key_is_needed_where_keys_are_configured()
    {
        await using var guarded = new ApiFactory { Settings = { ["Auth:Keys"] = "secret" } };
        using var client = guarded.CreateClient();
        using var refused = await client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        using var served = await client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal("text/plain", served.Content.Headers.ContentType!.MediaType);
    }

    /// <summary>Everything that has a figure; answers how many tokens were sampled, and how many the prompt has.</summary>
    private async Task<(int Sampled, int Prompt)> DoEverythingAsync()
    {
        var (sampled, prompt) = (0, 0);
        for (var seed = 0; seed < 2; seed++)
        {
            var rollout = await _server.Client.PostForJsonAsync("/v1/rollouts", $$"""{"prompts": [{"text": "What is 37 + 58?"}], "group_size": 4, "sampling": {"seed": {{seed}}, "max_tokens": 20}, "rewards": [{"name": "format"}] }""");
            sampled += (int)rollout["usage"]!["completion_tokens"]!;
            prompt = (int)rollout["usage"]!["prompt_tokens"]!;
        }

        await _server.Client.PostForJsonAsync("/v1/logprobs", """{"sequences": [{"prompt_token_ids": [10], "completion_token_ids": [11, 12]}]}""");
        await _server.Client.PostForJsonAsync("/v1/loss", """{"loss_type": "dapo", "sequences": [{"logprobs": [-1, -2, -3], "mask": [1, 1, 0], "advantage": 1}]}""");
        using (var updated = await SendAsync("in_flight", "model.norm.weight"))
            Assert.Equal(HttpStatusCode.OK, updated.StatusCode);
        using (var refused = await SendAsync("wait", "nobody"))
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        // An evaluation by another reward: one token of the same prompt, which the new version reads again.
        using var response = await _server.Client.PostTextAsync("/v1/evaluations", """{"policy": "tiny-r1", "dataset": {"rows": [{"q": "What is 37 + 58?"}]}, "prompt": {"text": "{q}"}, "sampling": {"max_tokens": 1}, "rewards": [{"name": "soft_overlong"}]}""");
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        var evaluation = await _server.Client.GetJsonAsync(response.Headers.Location!.OriginalString + "?wait=60");
        Assert.Equal("succeeded", (string)evaluation["status"]!);
        return (sampled + 1, prompt);
    }

    private async Task<HttpResponseMessage> SendAsync(string mode, string parameter)
    {
        var content = new ByteArrayContent(new SafetensorsWriter([OutgoingTensor.Vector(parameter, SafetensorsDtype.F32, Enumerable.Repeat(1f, 128).ToArray())], new Dictionary<string, string>()).ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue(Tensors.MediaType);
        return await _server.Client.PostAsync(new Uri($"/v1/policies/tiny-r1/weights?mode={mode}", UriKind.Relative), content);
    }

    private async Task<Exposition> ScrapeAsync() => Exposition.Parse(await _server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<type>\w+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DocumentedRow();

    /// <summary>A parsed exposition: the type of every metric, and its samples.</summary>
    private sealed partial class Exposition
    {
        private readonly List<(string Name, string Labels, double Value)> _samples = [];

        public Dictionary<string, string> Types { get; } = [];

        /// <summary>The one sample of that name whose labels contain a text; 0 without any.</summary>
        public double this[string name, string labels]
        {
            get
            {
                var found = _samples.FindAll(sample => sample.Name == name && sample.Labels.Contains(labels, StringComparison.Ordinal));
                return found switch { [] => 0, [var one] => one.Value, _ => throw new InvalidOperationException($"{name} has {found.Count} samples with {labels}.") };
            }
        }

        /// <summary>Reads every line; one that is none is a failed test.</summary>
        public static Exposition Parse(string text)
        {
            var exposition = new Exposition();
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.StartsWith("# HELP ", StringComparison.Ordinal) || line == "# EOF") continue;
                if (TypeLine().Match(line) is { Success: true } type)
                {
                    exposition.Types.Add(type.Groups["name"].Value, type.Groups["type"].Value);
                    continue;
                }

                var sample = SampleLine().Match(line);
                Assert.True(sample.Success, $"no line of the exposition format: {line}");
                exposition._samples.Add((sample.Groups["name"].Value, sample.Groups["labels"].Value, double.Parse(sample.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)));
            }

            return exposition;
        }

        [GeneratedRegex(@"^# TYPE (?<name>\w+) (?<type>counter|gauge|histogram)$", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex TypeLine();

        [GeneratedRegex("""^(?<name>\w+)(\{(?<labels>(\w+="[^"]*",?)*)\})? (?<value>\S+)( \d+)?$""", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex SampleLine();
    }
}
