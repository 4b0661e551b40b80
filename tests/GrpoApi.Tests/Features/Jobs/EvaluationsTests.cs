using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace GrpoApi.Tests.Features.Jobs;

public sealed class EvaluationsTests : ApiTest
{
    private const string Rows = """[{"question":"1 + 1","answer":"0"},{"question":"1 + 2","answer":"1"},{"question":"2 + 2","answer":"9"}]""";

    [Fact]
    public async Task An_evaluation_is_stored_followed_and_reported()
    {
        using var created = await Client.PostTextAsync("/v1/evaluations", Request("""{"gates":[{"metric":"pass@1","min":0.3},{"metric":"pass@1","min":0.9}],"metrics":["pass@1","pass@2","maj@2","mean_reward"]}"""));
        Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
        var job = (await created.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal($"/v1/evaluations/{job["id"]}", created.Headers.Location!.ToString());
        Assert.Equal((string)job["links"]!["self"]!, created.Headers.Location.ToString());
        Assert.Equal(6, (int)job["progress"]!["total"]!);

        // The fake policy answers with the index of the completion: 0 and 1.
        var done = await WaitAsync(job);
        Assert.Equal("succeeded", (string)done["status"]!);
        Assert.Equal(6, (int)done["progress"]!["done"]!);
        Assert.Equal(1.0 / 3, (double)done["metrics"]!["pass@1"]!["value"]!, 10);
        Assert.Equal(2.0 / 3, (double)done["metrics"]!["pass@2"]!["value"]!, 10);
        Assert.Equal(3, (int)done["metrics"]!["pass@1"]!["n"]!);
        Assert.Equal(0.95, (double)done["metrics"]!["pass@1"]!["ci"]!["level"]!);
        Assert.Equal([true, false], done["gates"]!.AsArray().Select(gate => (bool)gate!["passed"]!));
        Assert.False((bool)done["passed"]!);

        var lines = (await Client.GetStringAsync(Link(done, "results"))).TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.Equal(6, lines.Count);
        Assert.Single(lines.Select(line => string.Join(',', line.Select(field => field.Key))).Distinct());
        Assert.Equal((0, 1, "<think>hm</think><answer>1</answer>", 0.0), ((int)lines[1]["prompt_index"]!, (int)lines[1]["sample_index"]!, (string)lines[1]["completion"]!, (double)lines[1]["score_accuracy"]!));

        var report = (await Client.GetFromJsonAsync<JsonNode>(Link(done, "report")))!;
        Assert.Equal(1, (int)report["schema_version"]!);
        Assert.Equal(2, XDocument.Parse(await Client.GetStringAsync(Link(done, "report", "?format=junit"))).Descendants("testcase").Count() - 1);
        Assert.StartsWith("## ", await Client.GetStringAsync(Link(done, "report", "?format=markdown")), StringComparison.Ordinal);
        Assert.Contains("format", await Problem.AssertInvalidAsync(await Client.GetAsync(Link(done, "report", "?format=pdf")), "format") + "format", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_tell_each_change_and_go_on_after_the_last_one_seen()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Api.Policy.Before = (request, token) => request.PromptIndex == 2 ? release.Task.WaitAsync(token) : Task.CompletedTask;
        var job = await CreateAsync(Request());
        using var stream = await Client.GetStreamAsync(Link(job, "events"));
        using var reader = new StreamReader(stream);
        List<(string Event, long Id, JsonNode Data)> events = [];
        while (await ReadEventAsync(reader) is { } one)
        {
            events.Add(one);
            if ((int)one.Data["progress"]!["done"]! == 4) release.TrySetResult();
        }

        Assert.Equal("done", events[^1].Event);
        Assert.All(events.SkipLast(1), one => Assert.Equal("progress", one.Event));
        Assert.Equal(events.Select(one => one.Id).Order().Distinct(), events.Select(one => one.Id));
        Assert.Equal("succeeded", (string)events[^1].Data["status"]!);

        using var again = new HttpRequestMessage(HttpMethod.Get, Link(job, "events"));
        again.Headers.Add("Last-Event-ID", events[0].Id.ToString());
        using var resumed = await Client.SendAsync(again);
        using var rest = new StreamReader(await resumed.Content.ReadAsStreamAsync());
        var next = (await ReadEventAsync(rest))!.Value;
        Assert.Equal(("done", events[^1].Id), (next.Event, next.Id));

        using var end = new HttpRequestMessage(HttpMethod.Get, Link(job, "events"));
        end.Headers.Add("Last-Event-ID", events[^1].Id.ToString());
        using var nothing = await Client.SendAsync(end);
        Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
    }

    [Fact]
    public async Task Results_can_be_read_while_it_runs_and_a_report_cannot()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Api.Policy.Before = (request, token) => request.PromptIndex == 2 ? release.Task.WaitAsync(token) : Task.CompletedTask;
        var job = await CreateAsync(Request());
        while ((int)(await Client.GetFromJsonAsync<JsonNode>(Link(job, "self")))!["progress"]!["done"]! < 4) await Task.Yield();
        Assert.Equal(4, (await Client.GetStringAsync(Link(job, "results"))).TrimEnd('\n').Split('\n').Length);
        using var early = await Client.GetAsync(Link(job, "report"));
        await Problem.AssertAsync(early, HttpStatusCode.Conflict, "job-state");
        using var running = await Client.GetAsync(Link(job, "self"));
        Assert.NotNull(running.Headers.RetryAfter);
        using var cancelled = await Client.DeleteAsync(Link(job, "self"));
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        Assert.Equal("cancelled", (string)(await WaitAsync(job))["status"]!);
        using var none = await Client.GetAsync(Link(job, "report"));
        await Problem.AssertAsync(none, HttpStatusCode.Conflict, "job-state");
        Assert.Equal(4, (await Client.GetStringAsync(Link(job, "results"))).TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public async Task A_key_makes_one_evaluation_and_belongs_to_one_request()
    {
        var first = await SendWithKeyAsync("k", Request());
        var again = await SendWithKeyAsync("k", Request());
        var other = await SendWithKeyAsync("k", Request("""{"samples_per_prompt":1}"""));
        Assert.Equal((await first.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.ToString(), (await again.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.ToString());
        await Problem.AssertAsync(other, HttpStatusCode.Conflict, "idempotency-conflict");
    }

    [Fact]
    public async Task Evaluations_are_listed_newest_first_in_pages()
    {
        List<string> ids = [];
        for (var i = 0; i < 5; i++) ids.Insert(0, (string)(await CreateAsync(Request()))["id"]!);
        List<string> listed = [];
        for (string? cursor = "?limit=2"; cursor is not null;)
        {
            var page = await Client.GetJsonAsync("/v1/evaluations" + cursor);
            listed.AddRange(page["evaluations"]!.AsArray().Select(job => (string)job!["id"]!));
            cursor = page["next_cursor"] is { } next ? $"?limit=2&cursor={next}" : null;
        }

        Assert.Equal(ids, listed);
        await Problem.AssertInvalidAsync(await Client.GetAsync(new Uri("/v1/evaluations?limit=0", UriKind.Relative)), "limit");
        await Problem.AssertInvalidAsync(await Client.GetAsync(new Uri("/v1/evaluations?limit=x", UriKind.Relative)), "limit");
        await Problem.AssertInvalidAsync(await Client.GetAsync(new Uri("/v1/evaluations?cursor=x", UriKind.Relative)), "cursor");
    }

    [Theory]
    [InlineData("""{"metrics":["pass@0"]}""", "metrics[0]")]
    [InlineData("""{"gates":[{"metric":"speed","min":1}]}""", "gates[0].metric")]
    [InlineData("""{"gates":[{"metric":"pass@1"}]}""", "gates[0]")]
    [InlineData("""{"gates":[{"metric":"pass@1","max_regression":0.1}]}""", "gates[0].max_regression")]
    [InlineData("""{"gates":[{"metric":"pass@1","minimum":0.1}]}""", "gates[0].minimum")]
    [InlineData("""{"dataset":{}}""", "dataset")]
    [InlineData("""{"dataset":{"rows":[]}}""", "dataset.rows")]
    [InlineData("""{"dataset":{"rows":[{"question":"q"},3]}}""", "dataset.rows[1]")]
    [InlineData("""{"dataset":{"name":"nobody"}}""", "dataset.name")]
    [InlineData("""{"dataset":{"path":"../secret.jsonl"}}""", "dataset.path")]
    [InlineData("""{"prompt":{"text":"{nothing}"}}""", "prompt.text")]
    [InlineData("""{"prompt":{"messages":[{"role":"user","content":"{nothing}"}]}}""", "prompt.messages[0].content")]
    [InlineData("""{"reference":{"answer":"{nothing}"}}""", "reference.answer")]
    [InlineData("""{"rewards":[{"name":"nobody"}]}""", "rewards[0].name")]
    [InlineData("""{"rewards":[]}""", "rewards")]
    [InlineData("""{"sampling":{"temperature":-1}}""", "sampling.temperature")]
    [InlineData("""{"samples_per_prompt":0}""", "samples_per_prompt")]
    [InlineData("""{"samples_per_prompt":100000}""", "samples_per_prompt")]
    [InlineData("""{"baseline":"nobody"}""", "baseline")]
    [InlineData("""{"baseline":{"not":"a report"}}""", "baseline")]
    [InlineData("""{"max_error_rate":2}""", "max_error_rate")]
    public async Task Bad_requests_are_told_where(string change, string path)
    {
        using var response = await Client.PostTextAsync("/v1/evaluations", Request(change));
        Assert.NotEmpty(await Problem.AssertInvalidAsync(response, path));
        Assert.Empty((await Client.GetJsonAsync("/v1/evaluations"))["evaluations"]!.AsArray());
    }

    [Fact]
    public async Task Unknown_jobs_and_policies_are_404()
    {
        foreach (var path in (string[])["", "/events", "/results", "/report"])
        {
            using var response = await Client.GetAsync(new Uri("/v1/evaluations/nobody" + path, UriKind.Relative));
            await Problem.AssertAsync(response, HttpStatusCode.NotFound, "job-not-found");
        }

        using var policy = await Client.PostTextAsync("/v1/evaluations", Request("""{"policy":"nobody"}"""));
        await Problem.AssertAsync(policy, HttpStatusCode.NotFound, "policy-not-found");
    }

    [Fact]
    public async Task Datasets_are_uploaded_used_and_removed()
    {
        using var created = await PutAsync("d", "{\"question\":\"1 + 1\",\"answer\":\"0\"}\n\n{\"question\":\"2\",\"answer\":\"1\"}\n");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        using var again = await PutAsync("d", "{\"question\":\"1 + 1\",\"answer\":\"0\"}\n");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(1, (int)(await Client.GetJsonAsync("/v1/datasets/d"))["rows"]!);
        Assert.Equal("succeeded", (string)(await WaitAsync(await CreateAsync(Request("""{"dataset":{"name":"d"}}"""))))["status"]!);
        using var bad = await PutAsync("e", "{\"a\":1}\n{\"a\":\n");
        Assert.StartsWith("Line 2 is not JSON", await Problem.AssertInvalidAsync(bad, "$"), StringComparison.Ordinal);
        using var empty = await PutAsync("e", "\n");
        await Problem.AssertInvalidAsync(empty, "$");
        using var name = await PutAsync("no%20spaces", "{}");
        await Problem.AssertInvalidAsync(name, "name");
        Assert.Equal("d", (string)Assert.Single((await Client.GetJsonAsync("/v1/datasets"))["datasets"]!.AsArray())!["name"]!);
        using var removed = await Client.DeleteAsync(new Uri("/v1/datasets/d", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var gone = await Client.GetAsync(new Uri("/v1/datasets/d", UriKind.Relative));
        await Problem.AssertAsync(gone, HttpStatusCode.NotFound, "dataset-not-found");
    }

    [Fact]
    public async Task A_curation_gives_training_data_and_counts_what_it_left_out()
    {
        using var created = await Client.PostTextAsync("/v1/curations", """{"dataset":{"rows":[{"question":"q","answer":"1"}]},"samples_per_prompt":3,"rewards":[{"name":"accuracy"}],"keep":{"min_reward":1.0},"output":"preference_pairs"}""");
        Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
        var done = await WaitAsync((await created.Content.ReadFromJsonAsync<JsonNode>())!);
        Assert.Equal((1, 1, 2), ((int)done["kept"]!, (int)done["rows"]!, (int)done["dropped"]!["min_reward"]!));
        var line = JsonNode.Parse(await Client.GetStringAsync(Link(done, "results")))!;
        Assert.Equal("<think>hm</think><answer>1</answer>", (string)line["chosen"]![0]!["content"]!);
        Assert.Equal("<think>hm</think><answer>0</answer>", (string)line["rejected"]![0]!["content"]!);
        Assert.Contains("min_reward | 2", await Client.GetStringAsync(Link(done, "report", "?format=markdown")), StringComparison.Ordinal);
        using var wrong = await Client.PostTextAsync("/v1/curations", """{"dataset":{"rows":[{"question":"q"}]},"rewards":[{"name":"format"}],"keep":{"best_of":0}}""");
        await Problem.AssertInvalidAsync(wrong, "keep.best_of");
        using var evaluation = await Client.GetAsync(new Uri("/v1/evaluations/" + done["id"], UriKind.Relative));
        await Problem.AssertAsync(evaluation, HttpStatusCode.NotFound, "job-not-found");
    }

    private static string Request(string change = "{}")
    {
        var request = JsonNode.Parse($$"""{"dataset":{"rows":{{Rows}}},"samples_per_prompt":2,"sampling":{"seed":7},"rewards":[{"name":"accuracy"}]}""")!.AsObject();
        foreach (var (field, value) in JsonNode.Parse(change)!.AsObject()) request[field] = value?.DeepClone();
        return request.ToJsonString();
    }

    private static Uri Link(JsonNode job, string link, string query = "") => new((string)job["links"]![link]! + query, UriKind.Relative);

    private static async Task<(string Event, long Id, JsonNode Data)?> ReadEventAsync(StreamReader reader)
    {
        var fields = new Dictionary<string, string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length > 0) fields[line.Split(": ", 2)[0]] = line.Split(": ", 2)[1];
            else if (fields.Count > 0) return (fields["event"], long.Parse(fields["id"]), JsonNode.Parse(fields["data"])!);
        }

        return null;
    }

    private async Task<JsonNode> CreateAsync(string request)
    {
        using var response = await Client.PostTextAsync("/v1/evaluations", request);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task<HttpResponseMessage> SendWithKeyAsync(string key, string request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/evaluations") { Content = new StringContent(request, System.Text.Encoding.UTF8, "application/json") };
        message.Headers.Add("Idempotency-Key", key);
        return await Client.SendAsync(message);
    }

    private Task<HttpResponseMessage> PutAsync(string name, string lines) => Client.PutAsync(new Uri($"/v1/datasets/{name}", UriKind.Relative), new StringContent(lines, System.Text.Encoding.UTF8, "application/x-ndjson"));

    private async Task<JsonNode> WaitAsync(JsonNode job) => (await Client.GetFromJsonAsync<JsonNode>(Link(job, "self", "?wait=60")))!;
}
