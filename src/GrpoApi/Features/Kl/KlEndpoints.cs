using Grpo.Losses;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Kl;

/// <summary>The divergence from a reference, for a penalty in the reward.</summary>
public static class KlEndpoints
{
    private const string Example = """
        {
          "estimator": "k3",
          "sequences": [{"logprobs": [-0.7, -1.8, -0.4], "ref_logprobs": [-1.1, -1.9, -0.5], "mask": [1, 1, 1]}]
        }
        """;

    /// <summary>Maps the operation.</summary>
    public static IEndpointRouteBuilder MapKl(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/kl", ComputeKl).WithName("ComputeKl").WithTags("4 Loss")
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithRequestValidation<KlRequest>().WithRequestExample(Example);
        return routes;
    }

    /// <summary>Registers the validator.</summary>
    public static IServiceCollection AddKlRequests(this IServiceCollection services) => services.AddRequestValidator<KlRequest, KlValidator>();

    /// <summary>Estimate the divergence from the reference at every token, with its gradient.</summary>
    /// <remarks>
    /// The value is in nats, from the sampled token alone (or exact over the sequences as outcomes, with full); the gradient is with respect to the policy's
    /// log-probability. For a penalty in the reward; a penalty in the loss is beta of /v1/loss.
    /// </remarks>
    /// <param name="request">The sequences and the estimator.</param>
    /// <response code="200">One list per sequence, in the order sent.</response>
    /// <response code="400">The request is not valid; errors are keyed by its JSON paths.</response>
    /// <response code="413">The body is larger than the limit.</response>
    public static Ok<KlResponse> ComputeKl(KlRequest request)
    {
        var canonical = KlDialects.Canonical(request);
        var answer = canonical.Estimator == OutcomeDivergence.Name ? KlMapping.Outcomes(canonical) : KlMapping.Tokens(canonical);
        return TypedResults.Ok(answer with
        {
            Values = KlDialects.Controller(request) is { } controller ? Adapt(controller, request) : null,
            Canonical = request.TrainerConfig is null ? null : canonical.Choices,
        });
    }

    private static double[] Adapt(TrainerSettings settings, KlRequest request) => AdaptiveKl.Coefficients(
        settings.Number("init_kl_coef", 0.001), settings.Number("target_kl", 0.1), settings.Number("horizon", 10_000), request.CurrentKl ?? [], request.NSteps ?? []);
}
