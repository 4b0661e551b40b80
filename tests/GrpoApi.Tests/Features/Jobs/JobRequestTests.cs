using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Jobs;

/// <summary>Requests that cannot be taken: told where, and nothing stored.</summary>
public sealed class JobRequestTests : JobTest
{
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
    [InlineData("""{"samples_per_prompt":"4"}""", "samples_per_prompt")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"commit":""}""", "commit")]
    [InlineData("""{"dataset":{"name":"no such name"}}""", "dataset.name")]
    [InlineData("""{"prompt":{"messages":[null]}}""", "prompt.messages[0]")]
    [InlineData("""{"prompt":{"messages":[{"content":"{question}"}]}}""", "prompt.messages[0].role")]
    [InlineData("""{"sampling":{"stop_token_ids":[99999999]}}""", "sampling.stop_token_ids[0]")]
    [InlineData("""{"sampling":{"logit_bias":{"99999999":1}}}""", "sampling.logit_bias.99999999")]
    [InlineData("""{"baseline":"nobody"}""", "baseline")]
    [InlineData("""{"baseline":{"not":"a report"}}""", "baseline")]
    [InlineData("""{"max_error_rate":2}""", "max_error_rate")]
    public async Task Bad_requests_are_told_where(string change, string path)
    {
        using var response = await Client.PostTextAsync("/v1/evaluations", Request(change));
        Assert.NotEmpty(await Problem.AssertInvalidAsync(response, path));
        Assert.Empty((await Client.GetJsonAsync("/v1/evaluations"))["evaluations"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"dataset":{"rows":[{"question":"1","answer":"1"},{"question":"\ud800","answer":"1"}]},"rewards":[{"name":"accuracy"}]}""", "dataset.rows[1]")]
    [InlineData("""{"dataset":{"rows":[{"question":"1","answer":"1"}]},"reference":{"answer":"\udc00"},"rewards":[{"name":"accuracy"}]}""", "reference")]
    [InlineData("""{"dataset":{"rows":[{"question":"1","answer":"1"}]},"baseline":"\udc00","rewards":[{"name":"accuracy"}]}""", "baseline")]
    public async Task Text_that_is_not_Unicode_is_told_where(string body, string path)
    {
        using var response = await Client.PostTextAsync("/v1/evaluations", body);
        Assert.Contains("Unicode", await Problem.AssertInvalidAsync(response, path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conditions", "null", "baseline.conditions")]
    [InlineData("metrics", "null", "baseline.metrics")]
    [InlineData("metrics", """{"pass@1":null}""", "baseline.metrics.pass@1")]
    [InlineData("per_prompt", """{"pass@1":null}""", "baseline.per_prompt.pass@1")]
    [InlineData("per_prompt", """{"pass@1":[1]}""", "baseline.per_prompt.pass@1")]
    [InlineData("schema_version", "2", "baseline.schema_version")]
    public async Task A_report_that_cannot_be_a_baseline_is_told_where(string field, string value, string path)
    {
        var report = (await Client.GetFromJsonAsync<JsonNode>(Link(await WaitAsync(await CreateAsync(Request())), "report")))!;
        report[field] = JsonNode.Parse(value);
        using var response = await Client.PostTextAsync("/v1/evaluations", Request(new JsonObject { ["baseline"] = report }.ToJsonString()));
        Assert.NotEmpty(await Problem.AssertInvalidAsync(response, path));
    }

    [Fact]
    public async Task A_wait_is_a_number_of_seconds_and_a_key_is_short()
    {
        var job = await CreateAsync(Request());
        await Problem.AssertInvalidAsync(await Client.GetAsync(Link(job, "self", "?wait=-1")), "wait");
        await Problem.AssertInvalidAsync(await Client.GetAsync(Link(job, "self", "?wait=soon")), "wait");
        await Problem.AssertInvalidAsync(await SendWithKeyAsync(new string('k', 256), Request()), "Idempotency-Key");
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
}
