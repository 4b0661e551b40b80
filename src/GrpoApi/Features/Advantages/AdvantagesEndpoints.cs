using Grpo.Advantages;
using Grpo.Advantages.Estimators;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Advantages;

/// <summary>Step 3: rewards to advantages.</summary>
public static class AdvantagesEndpoints
{
    private const string Example = """
        {
          "estimator": "grpo",
          "scale_rewards": "group",
          "std_epsilon": 0.0001,
          "groups": [{"rewards": [1.0, 0.0, null, 1.0]}, {"rewards": [0.5, 0.5, 0.5, 0.5]}]
        }
        """;

    /// <summary>Maps the operation.</summary>
    public static IEndpointRouteBuilder MapAdvantages(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/advantages", ComputeAdvantages).WithName("ComputeAdvantages").WithTags("3 Advantages")
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithRequestValidation<AdvantagesRequest>().WithRequestExample(Example);
        return routes;
    }

    /// <summary>Registers the validator.</summary>
    public static IServiceCollection AddAdvantageRequests(this IServiceCollection services) =>
        services.AddRequestValidator<AdvantagesRequest, AdvantagesValidator>();

    /// <summary>Turn the rewards of each group into advantages.</summary>
    /// <remarks>
    /// A_i = (r_i - mean) / (std + std_epsilon) over the completions of one prompt (arXiv:2402.03300, section 4.1.2), or another estimator.
    /// A reward of null was not judged: it is left out of mean and std, and its advantage is 0. A group whose rewards are all equal, and a group of one,
    /// carries no signal: its advantages are 0.
    /// </remarks>
    /// <param name="request">The groups and the estimator.</param>
    /// <response code="200">One list of advantages per group, in the order sent.</response>
    /// <response code="400">The request is not valid; errors are keyed by its JSON paths.</response>
    /// <response code="413">The body is larger than the limit.</response>
    public static Ok<AdvantagesResponse> ComputeAdvantages(AdvantagesRequest request)
    {
        var canonical = AdvantageDialects.Canonical(request);
        var batch = canonical.ToBatch();
        var perToken = canonical.IsPerToken ? TokenAdvantages.Estimate(canonical) : null;
        var estimator = AdvantageEstimators.All[canonical.IsPerToken ? "dr_grpo" : canonical.Estimator];
        var result = AdvantageEstimators.Compute(estimator, batch, canonical.ToOptions());
        if (perToken is not null) result = result with { Advantages = [.. perToken.Select(row => row.DefaultIfEmpty(0).Average())] };
        var tokens = perToken ?? TokenAdvantages.Spread(canonical, result.Advantages);
        return TypedResults.Ok(result.ToResponse(batch, tokens) with
        {
            Advantages = request.IsFlat ? FlatGroups.InOrder(request, result.Advantages) : null,
            TokenAdvantages = request.IsFlat && tokens is not null ? FlatGroups.InOrder(request, tokens) : null,
            Rewards = request.TrainerConfig?.ContainsKey("shaping") == true ? canonical.Rewards : null,
            AgentBaselines = canonical.Estimator == "rae" ? RoleConditionedAdvantage.Baselines(batch, canonical.ToOptions()) : null,
            Canonical = request.TrainerConfig is null ? null : canonical.Choices,
        });
    }
}
