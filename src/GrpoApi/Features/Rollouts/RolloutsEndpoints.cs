using Grpo.Advantages;
using Grpo.Engines;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Rollouts;

/// <summary>Step 1: prompts to groups of completions.</summary>
public static class RolloutsEndpoints
{
    private const string Example = """
        {
          "prompts": [{"messages": [{"role": "user", "content": "What is 37 + 58?"}], "reference": {"answer": "95", "language": "en"}}],
          "group_size": 8,
          "sampling": {"temperature": 1.0, "max_tokens": 256, "seed": 1234},
          "rewards": [{"name": "accuracy"}, {"name": "format", "weight": 0.5}],
          "advantages": {"estimator": "grpo"}
        }
        """;

    private const string AnswerTensors =
        "One row per completion, the groups one after the other (N = P x G): mask (N, T) U8, 1 where there is a token; as included token_ids (N, T) I32, logprobs, "
        + "sampling_logprobs, entropy, and with a reference policy ref_logprobs (N, T) F32; rewards (N) and scores (N, R) F32 in the order of the request's rewards, NaN for null; advantages (N) F32; prompt_index (N) I32; "
        + "the other JSON fields as a string under __metadata__.response.";

    /// <summary>Maps the operation.</summary>
    public static IEndpointRouteBuilder MapRollouts(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/rollouts", SampleRollouts).WithName("SampleRollouts").WithTags("1 Rollouts")
            .WithTensors(AnswerTensors).ProducesPolicyProblems().ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithRequestValidation<RolloutsRequest>().WithRequestExample(Example);
        return routes;
    }

    /// <summary>Registers the validator.</summary>
    public static IServiceCollection AddRolloutRequests(this IServiceCollection services) =>
        services.AddRequestValidator<RolloutsRequest, RolloutsRequestValidator>();

    /// <summary>Sample a group of completions for each prompt.</summary>
    /// <remarks>
    /// With <c>rewards</c> each completion is scored, with <c>advantages</c> it is compared with its group: the first three steps in one request.
    /// Every completion comes with the log-probability of each of its tokens under the policy that sampled it, which is what the ratio of the loss needs later.
    /// With <c>reference_policy</c> it also comes with their log-probabilities under that policy, usually a snapshot, for the KL term.
    /// The same request with the same seed gives the same completions, whatever else the server does.
    /// When the client goes away, sampling stops.
    /// Accept: application/vnd.safetensors asks for the arrays as tensors. Accept: application/x-ndjson streams one group per line, as it completes, and then
    /// one line with the fields that concern the whole request.
    /// </remarks>
    /// <response code="200">One group per prompt, in the order sent.</response>
    /// <response code="400">The request is not valid; errors are keyed by its JSON paths.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="413">The body is larger than the limit.</response>
    /// <response code="503">The policy is loading, could not be loaded, or its queue is full; try again after Retry-After seconds.</response>
    public static async Task<Results<JsonOrTensors<RolloutsResponse>, RolloutLines>> SampleRollouts(RolloutsRequest request, PolicyCatalog policies, TimeProvider time, HttpContext http)
    {
        var policy = policies.Get(request.Policy);
        var plan = RolloutPlan.For(request, policy);
        var reference = ReferenceScoring.For(request.ReferencePolicy, policy, policies);
        if (RolloutLines.IsAccepted(http.Request))
        {
            RefuseWholeBatch(request.Advantages);
            return new RolloutLines(request, policy, plan, reference, time);
        }

        var cancellationToken = http.RequestAborted;
        var groups = await policy.SampleAllAsync(plan.Groups, reference, cancellationToken);
        var sampled = time.GetTimestamp();
        var judgement = RolloutJudgement.Of(request, groups, policy.Tokenizer, cancellationToken);
        var answer = RolloutsAnswer.From(request, policy.Info, plan, groups, judgement, time.GetElapsedTime(sampled));
        return new JsonOrTensors<RolloutsResponse>(answer, () => RolloutTensors.Write(request, answer, groups));
    }

    // A line is written when its group is complete, and these advantages depend on the groups that are not.
    private static void RefuseWholeBatch(RolloutAdvantages? advantages)
    {
        if (advantages?.ScaleRewards == RewardScaling.Batch || advantages?.Estimator.StartsWith("reinforce_plus_plus", StringComparison.Ordinal) == true)
        {
            throw RequestValidation.Invalid("advantages", "These advantages need all groups of the request, so they cannot be streamed: accept application/json or application/vnd.safetensors.");
        }
    }
}
