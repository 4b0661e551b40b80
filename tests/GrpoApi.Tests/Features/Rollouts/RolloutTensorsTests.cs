using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Rollouts;

/// <summary>The tensors of a rollout are the arrays of its JSON.</summary>
public sealed class RolloutTensorsTests : ApiTest
{
    private const string Everything = """
        {"prompts": [{"text": "a", "reference": {"answer": "1"} }, {"text": "b"}], "group_size": 2, "sampling": {"seed": 5},
         "rewards": [{"name": "format"}, {"name": "accuracy"}], "advantages": {"estimator": "grpo"},
         "include": ["text", "token_ids", "logprobs", "sampling_logprobs", "entropy"]}
        """;

    [Fact]
    public async Task Every_array_comes_as_a_padded_tensor()
    {
        Api.Policy.Says = (request, index) => new string('x', 1 + (2 * request.PromptIndex) + index);
        var json = await Client.PostForJsonAsync("/v1/rollouts", Everything);
        using var response = await Client.PostTextAsync("/v1/rollouts", Everything, Tensors.MediaType);
        var tensors = await response.ReadTensorsAsync();
        var completions = json["groups"]!.AsArray().SelectMany(group => group!["completions"]!.AsArray()).Select(completion => completion!).ToList();

        Assert.Equal([1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1], tensors.Read<byte>("mask", 4, 5));
        Assert.Equal(Padded(completions, "token_ids").Select(value => (int)value), tensors.Read<int>("token_ids", 4, 5));
        foreach (var name in (string[])["logprobs", "sampling_logprobs", "entropy"])
        {
            Assert.Equal(Padded(completions, name).Select(value => (float)value), tensors.Read<float>(name, 4, 5));
        }

        Assert.Equal(completions.Select(completion => Number(completion["reward"])), tensors.Read<float>("rewards", 4));
        Assert.Equal(completions.Select(completion => Number(completion["advantage"])), tensors.Read<float>("advantages", 4));
        Assert.Equal(
            completions.SelectMany(completion => new[] { Number(completion["scores"]!["format"]!["score"]), Number(completion["scores"]!["accuracy"]!["score"]) }),
            tensors.Read<float>("scores", 4, 2));
        Assert.Contains(float.NaN, tensors.Read<float>("scores", 4, 2));
        Assert.Equal([0, 0, 1, 1], tensors.Read<int>("prompt_index", 4));
    }

    [Fact]
    public async Task Everything_else_comes_in_the_fields()
    {
        var json = await Client.PostForJsonAsync("/v1/rollouts", Everything);
        using var response = await Client.PostTextAsync("/v1/rollouts", Everything, Tensors.MediaType);
        var fields = (await response.ReadTensorsAsync()).Fields();
        foreach (var completion in json["groups"]!.AsArray().SelectMany(group => group!["completions"]!.AsArray()).OfType<JsonObject>())
        {
            foreach (var name in (string[])["token_ids", "logprobs", "sampling_logprobs", "entropy", "reward", "advantage"]) completion.Remove(name);
            foreach (var (_, score) in completion["scores"]!.AsObject()) score!.AsObject().Remove("score");
        }

        // The time differs from one request to the next.
        Assert.True(json.AsObject().Remove("timing") && fields.Remove("timing"));
        Assert.Equal(json.ToJsonString(), fields.ToJsonString());
    }

    [Fact]
    public async Task What_was_not_asked_for_has_no_tensor()
    {
        using var response = await Client.PostTextAsync("/v1/rollouts", """{"prompts": [{"text": "a"}], "group_size": 1, "include": ["entropy"]}""", Tensors.MediaType);
        var file = await response.ReadTensorsAsync();
        Assert.Equal(["entropy", "mask", "prompt_index"], file.Header.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        Assert.Null(file.Fields()["groups"]![0]!["completions"]![0]!["text"]);
    }

    [Fact]
    public async Task A_problem_is_json_whatever_is_accepted()
    {
        using var response = await Client.PostTextAsync("/v1/rollouts", """{"prompts": []}""", Tensors.MediaType);
        await Problem.AssertInvalidAsync(response, "prompts");
    }

    private static IEnumerable<double> Padded(IEnumerable<JsonNode> completions, string name) =>
        completions.SelectMany(completion => completion[name]!.AsArray().Select(value => (double)value!).Concat(new double[5 - completion[name]!.AsArray().Count]));

    private static float Number(JsonNode? node) => node is null ? float.NaN : (float)(double)node;
}
