using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.ImportanceWeights;

/// <summary>The correction for the gap between the sampler and the trainer.</summary>
public static class ImportanceWeightsEndpoints
{
    private const string Example = """
        {
          "mode": "token_truncate",
          "clip_max": 2.0,
          "rejection": {"seq_mean_k3": {"max": 0.05}},
          "sequences": [{"old_logprobs": [-1.0, -2.0, -0.5], "rollout_logprobs": [-1.05, -2.05, -0.45], "mask": [1, 1, 1]}]
        }
        """;

    /// <summary>Maps the operation.</summary>
    public static IEndpointRouteBuilder MapImportanceWeights(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/importance-weights", ComputeImportanceWeights).WithName("ComputeImportanceWeights").WithTags("4 Loss")
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithRequestValidation<ImportanceWeightsRequest>().WithRequestExample(Example);
        return routes;
    }

    /// <summary>Registers the validator.</summary>
    public static IServiceCollection AddImportanceWeightRequests(this IServiceCollection services) =>
        services.AddRequestValidator<ImportanceWeightsRequest, ImportanceWeightsValidator>();

    /// <summary>Weigh each token by how much the trainer's policy differs from what the sampler ran, and leave out what differs too much.</summary>
    /// <remarks>
    /// w = exp(old_logprob - rollout_logprob) per token or per sequence, bounded by truncation or masking; the weights are constants to the gradient. Send them
    /// to a trainer, or as rollout_is_weights and mask to /v1/loss.
    /// </remarks>
    /// <param name="request">The sequences and the correction.</param>
    /// <response code="200">Weights and masks per sequence, in the order sent.</response>
    /// <response code="400">The request is not valid; errors are keyed by its JSON paths.</response>
    /// <response code="413">The body is larger than the limit.</response>
    public static Ok<ImportanceWeightsResponse> ComputeImportanceWeights(ImportanceWeightsRequest request)
    {
        var canonical = ImportanceWeightDialects.Canonical(request);
        return TypedResults.Ok(ImportanceWeightsMapping.Compute(canonical) with { Canonical = request.TrainerConfig is null ? null : canonical.Choices });
    }
}
