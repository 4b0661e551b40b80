using Grpo.Losses;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;

namespace GrpoApi.Features.Loss;

/// <summary>Step 4: advantages and log-probabilities to the loss and its gradient.</summary>
public static class LossEndpoints
{
    private const string Example = """
        {
          "loss_type": "grpo",
          "epsilon": 0.2,
          "beta": 0.04,
          "kl_estimator": "k3",
          "explain": true,
          "sequences": [
            {"logprobs": [-0.7, -1.8, -0.4], "old_logprobs": [-1.0, -2.0, -0.5], "ref_logprobs": [-1.1, -1.9, -0.5], "mask": [1, 1, 1], "advantage": 0.87},
            {"logprobs": [-1.2, -0.6], "old_logprobs": [-0.9, -0.7], "ref_logprobs": [-1.0, -0.7], "mask": [1, 1], "advantage": -0.87}
          ]
        }
        """;

    private const string RequestTensors =
        "The JSON fields but sequences as a string under __metadata__.request; logprobs, old_logprobs, ref_logprobs, rollout_logprobs, rollout_is_weights, entropies, values, "
        + "old_values, returns (N, T) F32 or F64; mask (N, T) U8, 0 where a row is padding, which may hold anything; advantages (N) or (N, T); rewards (N).";

    private const string AnswerTensors =
        "loss (1) F64, NaN when it overflowed; grad_logprobs or grad_values (N, T) in the element type of the log-probabilities (F64 for a JSON request, whose "
        + "sequences are padded with 0); the other JSON fields as a string under __metadata__.response.";

    /// <summary>Maps the operation.</summary>
    public static IEndpointRouteBuilder MapLoss(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/loss", ComputeLoss).WithName("ComputeLoss").WithTags("4 Loss")
            .Accepts<LossRequest>(SafetensorsMedia.Json, SafetensorsMedia.Type).WithTensors(AnswerTensors, RequestTensors)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithRequestValidation<LossRequest>().WithRequestExample(Example);
        return routes;
    }

    /// <summary>Registers the validator.</summary>
    public static IServiceCollection AddLossRequests(this IServiceCollection services) =>
        services.AddRequestValidator<LossRequest, LossValidator>();

    /// <summary>Compute the loss of a batch and its gradient with respect to every log-probability.</summary>
    /// <remarks>
    /// loss = -sum over tokens of weight (min(r A, clip(r) A) - beta KL), with r = exp(logprob - old_logprob) and weights from the aggregation
    /// (arXiv:2402.03300, equation 3). A trainer continues with its own backward pass from grad_logprobs: logprobs.backward(gradient=grad_logprobs).
    /// Everything is computed in double precision; the gradient is exact and always finite.
    /// Content-Type and Accept application/vnd.safetensors, each on its own, send and ask for the arrays as tensors.
    /// </remarks>
    /// <param name="request">The sequences and the loss.</param>
    /// <response code="200">The loss, one gradient per sequence in the order sent, and metrics.</response>
    /// <response code="400">The request is not valid; errors are keyed by its JSON paths.</response>
    /// <response code="413">The body is larger than the limit.</response>
    public static JsonOrTensors<LossResponse> ComputeLoss(LossRequest request)
    {
        var answer = Compute(request);
        return new(answer, () => LossTensorAnswer.Write(answer, request.Dtype));
    }

    private static LossResponse Compute(LossRequest request)
    {
        var (dialect, canonical) = LossDialects.Canonical(request);
        LossMeter.Count(canonical);
        if (dialect is not null) return TrainerAnswer.Compute(dialect, request, canonical);
        return canonical.LossType == ValueLossMapping.LossType
            ? ValueLossMapping.Compute(canonical)
            : PolicyLoss.Compute(canonical.ToBatch(), canonical.ToOptions()).ToResponse(canonical);
    }
}
