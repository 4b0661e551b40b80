using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Grpo.Rewards;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Compat.RewardServers;

/// <summary>OpenRLHF's remote reward model (<c>--reward.remote_url http://HOST:PORT/compat/openrlhf/get_reward</c>).</summary>
public static class OpenRlhfEndpoints
{
    private const string Example = """
        {"query": ["What is 37 + 58?<think>37 + 58 = 95.</think><answer>95</answer>"], "prompts": ["What is 37 + 58?"], "labels": ["95"]}
        """;

    /// <summary>Maps the operation.</summary>
    internal static void MapOpenRlhf(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/openrlhf/get_reward", GetReward).WithName("OpenRlhfGetReward").WithTags(CompatEndpoints.Tag).WithRequestExample(Example).ProducesValidationProblem();

    /// <summary>Score completions as an OpenRLHF reward server.</summary>
    /// <remarks>
    /// A query is a prompt with its response; the response is what follows the prompt. <c>labels</c> are the references: an answer, or an object of reference fields as JSON text.
    /// A reward that could not judge counts 0 here, because OpenRLHF takes numbers only; <c>extra_logs.scored</c> tells it from a real 0.
    /// </remarks>
    /// <response code="200">One reward per query, in the order sent.</response>
    /// <response code="400">The lists differ in length, or a reward is not known.</response>
    public static Ok<OpenRlhfRewards> GetReward(OpenRlhfRequest request, [Description(CompatRewards.QueryDescription)] string? rewards, CompatRewards choice, CancellationToken cancellationToken)
    {
        RequireLength(request.Prompts?.Count, request.Query.Count, "prompts");
        RequireLength(request.Labels?.Count, request.Query.Count, "labels");
        var set = choice.Choose(rewards);
        var results = set.Score([.. request.Query.Select((query, i) => Sample(query, request.Prompts?[i], request.Labels?[i]))], cancellationToken: cancellationToken);
        double[] sums = [.. results.Samples.Select(sample => sample.Reward ?? 0)];
        return TypedResults.Ok(new OpenRlhfRewards
        {
            Rewards = sums,
            Scores = sums,
            ExtraLogs = set.Rewards
                .Select(reward => (reward.Definition.Name, Values: results.Samples.Select(sample => sample.Scores[reward.Definition.Name].Score ?? 0)))
                .Append(("scored", results.Samples.Select(sample => sample.Reward is null ? 0.0 : 1.0)))
                .ToDictionary(column => column.Item1, column => (IReadOnlyList<double>)[.. column.Item2]),
        });
    }

    private static RewardSample Sample(string query, string? prompt, JsonElement? label) => new()
    {
        Completion = prompt is { Length: > 0 } && query.StartsWith(prompt, StringComparison.Ordinal) ? query[prompt.Length..] : query,
        Prompt = prompt,
        Reference = CompatRewards.Reference(label),
    };

    private static void RequireLength(int? length, int expected, string path)
    {
        if (length is { } given && given != expected) throw RequestValidation.Invalid(path, $"Has {given} entries; query has {expected}.");
    }
}

/// <summary>What OpenRLHF sends.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record OpenRlhfRequest
{
    /// <summary>Prompt and response together, shape (N).</summary>
    public required IReadOnlyList<string> Query { get; init; }

    /// <summary>The prompts, shape (N).</summary>
    public IReadOnlyList<string>? Prompts { get; init; }

    /// <summary>What is known to be right, shape (N).</summary>
    public IReadOnlyList<JsonElement>? Labels { get; init; }
}

/// <summary>What OpenRLHF reads.</summary>
public sealed record OpenRlhfRewards
{
    /// <summary>The weighted sums, shape (N).</summary>
    public required IReadOnlyList<double> Rewards { get; init; }

    /// <summary>The same, for OpenRLHF's dynamic filtering, shape (N).</summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>Each reward's scores by its name, and <c>scored</c>: 0 where no reward could judge; shape (N) each.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<double>> ExtraLogs { get; init; }
}
