using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Compat.RewardServers;

/// <summary>slime's remote reward model (<c>--rm-type remote_rm --rm-url http://HOST:PORT/compat/slime/rm</c>).</summary>
public static class SlimeEndpoints
{
    private const string Example = """{"prompt": "What is 37 + 58?", "response": "<think>37 + 58 = 95.</think><answer>95</answer>", "label": "95"}""";

    /// <summary>Maps the operation.</summary>
    internal static void MapSlime(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/slime/rm", Score).WithName("SlimeReward").WithTags(CompatEndpoints.Tag).WithRequestExample(Example).ProducesValidationProblem();

    /// <summary>Score one completion as a slime reward server.</summary>
    /// <remarks>
    /// The answer is the reward as a bare number. With <c>?details=true</c> it is an object, <c>{"reward": 1.0, "accuracy": 1.0}</c>, from which slime's <c>--reward-key</c> picks.
    /// A reward that could not judge counts 0 in the bare number; in the object it is null.
    /// </remarks>
    /// <response code="200">The weighted sum of the scores.</response>
    /// <response code="400">A reward is not known.</response>
    public static Ok<JsonElement> Score(SlimeRequest request, [Description(CompatRewards.QueryDescription)] string? rewards, [Description("Whether the answer is an object with every score.")] bool? details, CompatRewards choice, CancellationToken cancellationToken)
    {
        var sample = choice.Choose(rewards).Score(
            [new() { Completion = request.Response, Prompt = request.Prompt is { ValueKind: JsonValueKind.String } prompt ? prompt.GetString() : null, Reference = CompatRewards.Reference(request.Label) }],
            cancellationToken: cancellationToken).Samples[0];
        return TypedResults.Ok(details is true
            ? JsonSerializer.SerializeToElement(sample.Scores.Select(score => (score.Key, score.Value.Score)).Prepend(("reward", sample.Reward)).ToDictionary(pair => pair.Item1, pair => pair.Item2))
            : JsonSerializer.SerializeToElement(sample.Reward ?? 0));
    }
}

/// <summary>What slime sends.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record SlimeRequest
{
    /// <summary>The prompt: a text, or a list of messages.</summary>
    public JsonElement? Prompt { get; init; }

    /// <summary>The completion.</summary>
    public required string Response { get; init; }

    /// <summary>What is known to be right: an answer, or an object of reference fields, also as JSON text.</summary>
    public JsonElement? Label { get; init; }
}
