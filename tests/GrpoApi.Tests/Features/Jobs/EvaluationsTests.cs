using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace GrpoApi.Tests.Features.Jobs;

public sealed class EvaluationsTests : JobTest
{
    [Fact]
    public async Task An_evaluation_is_stored_followed_and_reported()
    {
        using var created = await Client.PostTextAsync("/v1/evaluations", Request("""{"commit":"4f2c1e9","gates":[{"metric":"pass@1","min":0.3},{"metric":"pass@1","min":0.9}],"metrics":["pass@1","pass@2","maj@2","mean_reward"]}"""));
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
        Assert.Equal("4f2c1e9", (string)report["commit"]!);
        Assert.Equal(Api.Policy.Info.Provider, (string)report["engine"]!["provider"]!);
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
}
