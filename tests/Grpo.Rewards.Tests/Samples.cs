using System.Text.Json;

namespace Grpo.Rewards.Tests;

/// <summary>Short ways to make samples and rewards.</summary>
internal static class Samples
{
    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    public static RewardSample Sample(string completion, string? answer = null, string? prompt = null) => new()
    {
        Completion = completion,
        Prompt = prompt,
        Reference = answer is null ? null : JsonSerializer.SerializeToElement(new { answer }),
    };

    public static ISampleReward Reward(string name, string? parameters = null) =>
        (ISampleReward)RewardCatalog.Find(name)!.Bind(parameters is null ? null : Json(parameters));

    public static double? MathScore(string completion, string answer, string? parameters = null) => Reward("math_accuracy", parameters).Score(Sample(completion, answer)).Score;
}
