using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Rewards;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Compat.RewardServers;

/// <summary>A NeMo Gym resources server that verifies (<c>POST /verify</c> under <c>/compat/nemo-gym</c>).</summary>
public static class NemoGymEndpoints
{
    private const string Example = """
        {
          "responses_create_params": {"input": [{"role": "user", "content": "What is 37 + 58?"}]},
          "response": {"output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "<think>37 + 58 = 95.</think><answer>95</answer>"}]}]},
          "expected_answer": "95"
        }
        """;

    /// <summary>Maps the operation.</summary>
    internal static void MapNemoGym(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/nemo-gym/verify", Verify).WithName("NemoGymVerify").WithTags(CompatEndpoints.Tag).WithRequestExample(Example).ProducesValidationProblem();

    /// <summary>Verify a response as a NeMo Gym resources server.</summary>
    /// <remarks>
    /// The text of the assistant's messages in <c>response.output</c> is scored against <c>expected_answer</c> (or <c>reference</c>, an object of reference fields).
    /// A reward that could not judge is 0 with <c>_ng_failure_class</c>, as NeMo Gym's own servers answer.
    /// </remarks>
    /// <response code="200">The same body with <c>reward</c> and <c>reward_components</c>.</response>
    /// <response code="400">There is no response to verify, or a reward is not known.</response>
    public static Ok<JsonObject> Verify(JsonObject body, [Description(CompatRewards.QueryDescription)] string? rewards, CompatRewards choice, CancellationToken cancellationToken)
    {
        var reference = (body["reference"] as JsonObject ?? body["expected_answer"])?.Deserialize<JsonElement>();
        var sample = choice.Choose(rewards).Score([new RewardSample { Completion = AssistantText(body), Reference = CompatRewards.Reference(reference) }], cancellationToken: cancellationToken).Samples[0];
        body["reward"] = sample.Reward ?? 0;
        body["reward_components"] = new JsonObject([.. sample.Scores.Where(score => score.Value.Score is not null).Select(score => KeyValuePair.Create(score.Key, (JsonNode?)score.Value.Score))]);
        if (sample.Reward is null) body["_ng_failure_class"] = "not_judged";
        return TypedResults.Ok(body);
    }

    private static string AssistantText(JsonObject body)
    {
        if (body["response"] is not JsonObject { } response || response["output"] is not JsonArray output)
        {
            throw RequestValidation.Invalid("response.output", "Is required, an array of output items.");
        }

        var texts = output.OfType<JsonObject>().Where(item => Text(item["type"]) is "message").SelectMany(message => message["content"] switch
        {
            JsonArray parts => parts.OfType<JsonObject>().Where(part => Text(part["type"]) is "output_text").Select(part => Text(part["text"]) ?? ""),
            var content => [Text(content) ?? ""],
        });
        return string.Concat(texts);
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
