using Grpo.Rewards;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Rewards;

/// <summary>Step 2: completions to scores.</summary>
public static class RewardsEndpoints
{
    private const string Tag = "2 Rewards";

    private const string Example = """
        {
          "rewards": [{"name": "accuracy"}, {"name": "format", "weight": 0.5, "params": {"mode": "soft"}}, {"name": "language_consistency", "weight": 0.2}],
          "samples": [
            {"completion": "<think>37 plus 58 makes ninety-five.</think>\n<answer>95</answer>", "reference": {"answer": "95", "language": "en"}, "group": "p0"},
            {"completion": "<think>37 plus 58 makes eighty-five.</think>\n<answer>85</answer>", "reference": {"answer": "95", "language": "en"}, "group": "p0"},
            {"completion": "The answer is 95.", "reference": {"answer": "95", "language": "en"}, "group": "p0"}
          ]
        }
        """;

    private static readonly ListRewardsResponse All = new() { Rewards = [.. RewardCatalog.All.Select(RewardDescription.Of)] };

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapRewards(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rewards", ListRewards).WithName("ListRewards").WithTags(Tag);
        routes.MapPost("/rewards", ScoreRewards).WithName("ScoreRewards").WithTags(Tag)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithRequestValidation<ScoreRewardsRequest>().WithRequestExample(Example);
        return routes;
    }

    /// <summary>Registers the validator, and the log of rewards that fail.</summary>
    public static IServiceCollection AddRewardRequests(this IServiceCollection services) =>
        services.AddRequestValidator<ScoreRewardsRequest, ScoreRewardsRequestValidator>().AddHostedService<RewardFaultLog>();

    /// <summary>List the rewards, what they score and the parameters they take.</summary>
    /// <remarks>A reward's <c>version</c> changes whenever any of its scores could change. <c>params</c> is a JSON schema: write what it allows under <c>params</c> of a request's reward.</remarks>
    /// <response code="200">Every reward of this build.</response>
    public static Ok<ListRewardsResponse> ListRewards() => TypedResults.Ok(All);

    /// <summary>Score completions with rule-based rewards.</summary>
    /// <remarks>
    /// The reward of a sample is the weighted sum of its scores. A score of null means that the reward does not apply or could not judge;
    /// it is left out of the sum and of the metrics, and is never 0. A sample that cannot be judged never fails the others.
    /// Nothing is stored, nothing is random: the same request gives the same answer and may be repeated.
    /// </remarks>
    /// <response code="200">One entry per sample, in the order sent.</response>
    /// <response code="400">The request is not valid; errors are keyed by its JSON paths.</response>
    /// <response code="413">The body is larger than the limit.</response>
    public static Ok<RewardResults> ScoreRewards(ScoreRewardsRequest request, CancellationToken cancellationToken) =>
        TypedResults.Ok(request.Rewards.ToRewardSet().Score(request.Samples, cancellationToken: cancellationToken));
}
