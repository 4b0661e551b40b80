using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Requests;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Jobs.Tests.Running;

/// <summary>Evaluations of sums, which the scripted policy knows two of three times.</summary>
internal static class Requests
{
    public static EvaluationRequest Sums(int rows) => new() { Dataset = new DatasetSource { Rows = Rows(rows) }, Rewards = [new RewardSpec { Name = "accuracy" }], Sampling = new RolloutSampling { Seed = 7 } };

    public static List<JsonElement> Rows(int count) => [.. Enumerable.Range(0, count).Select(i => Row($"{i}+{2 * i}", $"{3 * i}"))];

    public static JsonElement Row(string question, string answer) => JsonSerializer.SerializeToElement(new JsonObject { ["question"] = question, ["answer"] = answer });

    public static JsonElement Parse(string json) => JsonElement.Parse(json);
}
