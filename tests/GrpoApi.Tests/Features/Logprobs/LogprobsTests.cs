using System.Net;
using System.Text.Json.Nodes;
using Grpo.Engines.Weights;

namespace GrpoApi.Tests.Features.Logprobs;

public sealed class LogprobsTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Two = """{"policy": "fake", "sequences": [{"prompt_token_ids": [1, 2], "completion_token_ids": [64, 32]}, {"prompt_token_ids": [3], "completion_token_ids": [16]}], "include": ["logprobs", "entropy"], "top_logprobs": 2}""";

    [Fact]
    public async Task Sequences_are_scored_in_their_order()
    {
        using var client = await api.CreateReadyClientAsync();
        var answer = await client.PostForJsonAsync("/v1/logprobs", Two);
        Assert.Equal(("fake", 1), ((string)answer["policy"]!, (int)answer["policy_version"]!));
        Assert.Equal("""{"logprobs":[-0.125,-0.0625],"entropy":[0.25,0.25],"top_logprobs":[[{"token_id":0,"logprob":0},{"token_id":1,"logprob":-1}],[{"token_id":0,"logprob":0},{"token_id":1,"logprob":-1}]],"policy_version":1}""", answer["sequences"]![0]!.ToJsonString());
        Assert.Equal("[-0.03125]", answer["sequences"]![1]!["logprobs"]!.ToJsonString());
    }

    [Fact]
    public async Task Tensors_say_the_same_as_json()
    {
        using var client = await api.CreateReadyClientAsync();
        var file = Tensors.File(
            """{"policy": "fake", "include": ["logprobs", "entropy"], "top_logprobs": 2}""",
            OutgoingTensor.Matrix<int>("prompt_token_ids", SafetensorsDtype.I32, [[1, 2], [3]], 2),
            OutgoingTensor.Matrix<byte>("prompt_mask", SafetensorsDtype.U8, [new byte[] { 1, 1 }, [1]], 2),
            OutgoingTensor.Matrix<int>("completion_token_ids", SafetensorsDtype.I32, [[64, 32], [16]], 2),
            OutgoingTensor.Matrix<byte>("mask", SafetensorsDtype.U8, [new byte[] { 1, 1 }, [1]], 2));
        using var response = await client.PostTensorsAsync("/v1/logprobs", file);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = SafetensorsFile.Read(await response.Content.ReadAsByteArrayAsync());

        Assert.Equal([-0.125f, -0.0625f, -0.03125f, 0], answer.Values<float>(answer.Header.Find("logprobs")!).ToArray());
        Assert.Equal([1, 1, 1, 0], answer.Values<byte>(answer.Header.Find("mask")!).ToArray());
        Assert.Equal([2, 2, 2], answer.Header.Find("top_logprobs")!.Shape);
        Assert.Equal("""{"policy":"fake","policy_version":1}""", answer.Header.Metadata["response"]);
    }

    [Theory]
    [InlineData("sequences", """{"sequences": []}""")]
    [InlineData("sequences[0].prompt_token_ids", """{"sequences": [{"prompt_token_ids": [], "completion_token_ids": [1]}]}""")]
    [InlineData("sequences[1].completion_token_ids[1]", """{"sequences": [{"prompt_token_ids": [1], "completion_token_ids": [1]}, {"prompt_token_ids": [1], "completion_token_ids": [1, 128]}]}""")]
    [InlineData("top_logprobs", """{"sequences": [{"prompt_token_ids": [1], "completion_token_ids": [1]}], "top_logprobs": 21}""")]
    [InlineData("temperature", """{"sequences": [{"prompt_token_ids": [1], "completion_token_ids": [1]}], "temperature": -1}""")]
    public async Task Bad_input_is_named_by_its_path(string path, string json)
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync("/v1/logprobs", json);
        await Problem.AssertInvalidAsync(response, path);
    }

    [Fact]
    public async Task Sequences_beyond_the_context_are_refused()
    {
        using var client = await api.CreateReadyClientAsync();
        var sequence = new JsonObject { ["prompt_token_ids"] = new JsonArray(1), ["completion_token_ids"] = new JsonArray([.. Enumerable.Repeat(1, 100).Select(id => (JsonNode)id)]) };
        using var response = await client.PostTextAsync("/v1/logprobs", new JsonObject { ["sequences"] = new JsonArray(sequence) }.ToJsonString());
        await Problem.AssertInvalidAsync(response, "sequences[0]");
    }

    [Fact]
    public async Task Snapshots_are_named_wherever_a_policy_is()
    {
        using var client = await api.CreateReadyClientAsync();
        using (var created = await client.PostTextAsync("/v1/policies/fake/snapshots", """{"name": "reference"}"""))
        {
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            Assert.Equal("/v1/policies/fake/snapshots/reference", created.Headers.Location?.ToString());
        }

        using (var again = await client.PostTextAsync("/v1/policies/fake/snapshots", """{"name": "reference"}"""))
            await Problem.AssertAsync(again, HttpStatusCode.Conflict);
        using (var number = await client.PostTextAsync("/v1/policies/fake/snapshots", """{"name": "12"}"""))
            await Problem.AssertInvalidAsync(number, "name");
        Assert.Equal("""["reference"]""", (await client.GetJsonAsync("/v1/policies/fake"))["snapshots"]!.ToJsonString());
        await client.PostForJsonAsync("/v1/logprobs", Two.Replace("\"fake\"", "\"fake@reference\"", StringComparison.Ordinal));

        var rollouts = await client.PostForJsonAsync("/v1/rollouts", """{"prompts": [{"text": "a"}], "group_size": 2, "reference_policy": "fake@reference"}""");
        Assert.All(rollouts["groups"]![0]!["completions"]!.AsArray(), completion =>
            Assert.Equal(completion!["token_ids"]!.AsArray().Select(id => -(int)id! / 512f), completion["ref_logprobs"]!.AsArray().Select(logprob => (float)logprob!)));
        using (var unknown = await client.PostTextAsync("/v1/rollouts", """{"prompts": [{"text": "a"}], "reference_policy": "fake@nobody"}"""))
            await Problem.AssertAsync(unknown, HttpStatusCode.NotFound, "policy-not-found");

        using (var deleted = await client.DeleteAsync(new Uri("/v1/policies/fake/snapshots/reference", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using (var gone = await client.DeleteAsync(new Uri("/v1/policies/fake/snapshots/reference", UriKind.Relative)))
            await Problem.AssertAsync(gone, HttpStatusCode.NotFound, "policy-not-found");
    }
}
