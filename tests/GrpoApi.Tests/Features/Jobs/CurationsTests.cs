using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GrpoApi.Tests.Features.Jobs;

public sealed class CurationsTests : JobTest
{
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
}
