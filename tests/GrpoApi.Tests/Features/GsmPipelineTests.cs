using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Testing;

namespace GrpoApi.Tests.Features;

/// <summary>Real model output through the steps: several models' solutions of the same GSM8K question are a natural group.</summary>
public sealed class GsmPipelineTests : ApiTest
{
    private const string Data = "rewards/gsm8k_solutions.jsonl";
    private const double Epsilon = 0.2;

    [ConformanceFact(Data)]
    public async Task Rewards_agree_with_the_labels_and_advantages_and_loss_follow()
    {
        var groups = File.ReadLines(TestData.Path(Data)).Select(line => JsonNode.Parse(line)!.AsObject())
            .GroupBy(row => (string)row["question"]!).Select(group => group.ToList()).ToList();
        Assert.True(groups.Count > 200 && groups.Count(group => group.Count > 1) > 200);

        var rewards = await Score(groups);
        Assert.Equal(groups.SelectMany(group => group.Select(row => (bool)row["is_correct"]! ? 1.0 : 0.0)), rewards.SelectMany(group => group));

        var advantages = await Advantages(rewards);
        foreach (var (group, expected) in advantages.Zip(rewards.Select(Reference)))
        {
            Assert.All(group.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
        }

        var sequences = groups.Zip(advantages).SelectMany(pair => pair.First.Zip(pair.Second, Sequence)).ToList();
        var answer = await Client.PostForJsonAsync("/v1/loss", new JsonObject { ["sequences"] = new JsonArray([.. sequences.Select(Json)]) }.ToJsonString());
        var (loss, gradients) = Reference(sequences);
        Assert.Equal(loss, (double)answer["loss"]!, 1e-12);
        foreach (var (sequence, expected) in answer["sequences"]!.AsArray().Zip(gradients))
        {
            Assert.All(sequence!["grad_logprobs"]!.Deserialize<double[]>()!.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
        }
    }

    private async Task<List<double[]>> Score(List<List<JsonObject>> groups)
    {
        var samples = groups.SelectMany((group, index) => group.Select(row => (JsonNode)new JsonObject
        {
            ["completion"] = (string)row["solution"]!,
            ["reference"] = new JsonObject { ["answer"] = (string)row["gold"]! },
            ["group"] = $"q{index}",
        }));
        var body = new JsonObject { ["rewards"] = new JsonArray(new JsonObject { ["name"] = "math_accuracy" }), ["samples"] = new JsonArray([.. samples]) };
        var answer = await Client.PostForJsonAsync("/v1/rewards", body.ToJsonString());
        var scores = new Queue<double>(answer["samples"]!.AsArray().Select(sample => (double)sample!["reward"]!));
        return groups.ConvertAll(group => group.ConvertAll(_ => scores.Dequeue()).ToArray());
    }

    private async Task<List<double[]>> Advantages(List<double[]> rewards)
    {
        var groups = rewards.ConvertAll(group => (JsonNode)new JsonObject { ["rewards"] = JsonSerializer.SerializeToNode(group) });
        var answer = await Client.PostForJsonAsync("/v1/advantages", new JsonObject { ["groups"] = new JsonArray([.. groups]) }.ToJsonString());
        return [.. answer["groups"]!.AsArray().Select(group => group!["advantages"]!.Deserialize<double[]>()!)];
    }

    // A token per character of the solution's start, with log-probabilities that moved a little since sampling.
    private static LossInput Sequence(JsonObject row, double advantage)
    {
        var text = ((string)row["solution"]!)[..Math.Min(40, ((string)row["solution"]!).Length)];
        return new([.. text.Select(letter => -0.02 * (letter % 50))], [.. text.Select((letter, t) => (-0.02 * (letter % 50)) - (0.1 * ((t % 7) - 3)))], advantage);
    }

    private static JsonNode Json(LossInput sequence) => new JsonObject
    {
        ["logprobs"] = JsonSerializer.SerializeToNode(sequence.Logprobs),
        ["old_logprobs"] = JsonSerializer.SerializeToNode(sequence.OldLogprobs),
        ["advantage"] = sequence.Advantage,
    };

    private static double[] Reference(double[] rewards)
    {
        var mean = rewards.Average();
        var std = rewards.Length > 1 ? Math.Sqrt(rewards.Sum(reward => (reward - mean) * (reward - mean)) / (rewards.Length - 1)) : 0;
        return [.. rewards.Select(reward => std == 0 ? 0 : (reward - mean) / (std + 1e-4))];
    }

    // loss = mean over sequences of the mean over tokens of -min(r A, clip(r, 1 - e, 1 + e) A), DeepSeekMath equation 3 without KL.
    private static (double Loss, List<double[]> Gradients) Reference(List<LossInput> sequences)
    {
        var (loss, gradients) = (0.0, new List<double[]>());
        foreach (var (logprobs, old, advantage) in sequences)
        {
            var weight = 1.0 / (sequences.Count * logprobs.Length);
            var ratios = logprobs.Zip(old, (now, then) => Math.Exp(now - then)).ToArray();
            loss -= ratios.Sum(ratio => Math.Min(ratio * advantage, Math.Clamp(ratio, 1 - Epsilon, 1 + Epsilon) * advantage)) * weight;
            gradients.Add([.. ratios.Select(ratio => (advantage > 0 && ratio > 1 + Epsilon) || (advantage < 0 && ratio < 1 - Epsilon) ? 0 : -advantage * ratio * weight)]);
        }

        return (loss, gradients);
    }

    private sealed record LossInput(double[] Logprobs, double[] OldLogprobs, double Advantage);
}
