using System.Text.Json;
using FluentValidation;
using FluentValidation.Results;
using Grpo.Engines;
using Grpo.Engines.Weights;
using Grpo.Rollouts;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;

namespace GrpoApi.Features.Logprobs;

/// <summary>Scores given tokens under a policy.</summary>
public static class LogprobsEndpoints
{
    private const string RequestTensors =
        "One row per sequence: prompt_token_ids (N, T) I32 with prompt_mask (N, T) U8, completion_token_ids (N, T) I32 with mask (N, T) U8; the tokens under a 1 are the sequence. "
        + "The other JSON fields go as a string under __metadata__.request.";

    private const string AnswerTensors =
        "One row per sequence: mask (N, T) U8, 1 where there is a token; as included logprobs, entropy (N, T) F32; with top_logprobs top_token_ids (N, T, K) I32 and top_logprobs "
        + "(N, T, K) F32; policy_versions (N) I32; the other JSON fields as a string under __metadata__.response.";

    /// <summary>Maps the operation.</summary>
    public static IEndpointRouteBuilder MapLogprobs(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/logprobs", ScoreTokens).WithName("ScoreTokens").WithTags("1 Rollouts")
            .Accepts<LogprobsRequest>(SafetensorsMedia.Json, SafetensorsMedia.Type).WithTensors(AnswerTensors, RequestTensors)
            .ProducesPolicyProblems().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithRequestValidation<LogprobsRequest>()
            .WithRequestExample("""{"sequences": [{"prompt_token_ids": [1, 17, 4], "completion_token_ids": [5, 9]}], "include": ["logprobs", "entropy"], "top_logprobs": 2}""");
        return routes;
    }

    /// <summary>Registers the validator.</summary>
    public static IServiceCollection AddLogprobsRequests(this IServiceCollection services) => services.AddRequestValidator<LogprobsRequest, LogprobsRequestValidator>();

    /// <summary>Log-probabilities of given tokens under a policy.</summary>
    /// <remarks>
    /// Teacher forcing: each token is scored after the prompt and the tokens before it, in the same batch and by the same arithmetic as rollouts, so that a
    /// completion gets the log-probabilities it was sampled with when the weights are the same. Sequences of one prompt share its reading.
    /// With the name of a snapshot these are the reference's log-probabilities, which the KL term needs.
    /// Content-Type and Accept application/vnd.safetensors, each on its own, send and ask for the arrays as tensors.
    /// </remarks>
    /// <response code="200">One entry per sequence, in the order sent.</response>
    /// <response code="400">The request is not valid; errors are keyed by its JSON paths.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="409">The policy cannot score given tokens.</response>
    /// <response code="413">The body is larger than the limit.</response>
    /// <response code="415">The body is neither JSON nor safetensors.</response>
    /// <response code="503">The policy is loading, could not be loaded, or its queue is full; try again after Retry-After seconds.</response>
    public static async Task<JsonOrTensors<LogprobsResponse>> ScoreTokens(LogprobsRequest request, PolicyCatalog policies, CancellationToken cancellationToken)
    {
        var policy = policies.Get(request.Policy) as IScoringPolicy ?? throw new PolicyConflictException("The policy cannot score given tokens.");
        Check(request, policy.Info);
        var scores = await ScoreAllAsync(policy, request, cancellationToken);
        var answer = new LogprobsResponse
        {
            Policy = policy.Info.Name,
            PolicyVersion = scores.Min(score => score.PolicyVersion),
            Sequences = [.. scores.Select(score => new SequenceScores
            {
                Logprobs = request.Include.Contains(LogprobsField.Logprobs) ? score.Logprobs : null,
                Entropy = score.Entropy,
                TopLogprobs = score.TopLogprobs?.Select(top => top.Select(one => new TopLogprob { TokenId = one.TokenId, Logprob = one.Logprob }).ToArray()).ToArray(),
                PolicyVersion = score.PolicyVersion,
            })],
        };
        return new(answer, () => Tensors(request, answer, scores));
    }

    private static async Task<ScoredCompletion[]> ScoreAllAsync(IScoringPolicy policy, LogprobsRequest request, CancellationToken cancellationToken)
    {
        var turn = new object();
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var byPrompt = request.Sequences.Index().GroupBy(sequence => string.Join(',', sequence.Item.PromptTokenIds)).ToList();
        var scores = new ScoredCompletion[request.Sequences.Count];
        try
        {
            await Task.WhenAll(byPrompt.Select(async sequences =>
            {
                var members = sequences.ToList();
                var scored = await policy.ScoreAsync(
                    new ScoreRequest
                    {
                        PromptTokenIds = [.. members[0].Item.PromptTokenIds],
                        Completions = [.. members.Select(member => member.Item.CompletionTokenIds.ToArray())],
                        Temperature = request.Temperature,
                        IncludeEntropy = request.Include.Contains(LogprobsField.Entropy),
                        TopLogprobs = Math.Min(request.TopLogprobs, policy.Info.VocabSize),
                        Turn = turn,
                    },
                    together.Token);
                foreach (var (member, score) in members.Zip(scored)) scores[member.Index] = score;
            }));
        }
        catch
        {
            await together.CancelAsync();
            throw;
        }

        return scores;
    }

    private static void Check(LogprobsRequest request, PolicyInfo policy)
    {
        var problems = request.Sequences.Index().SelectMany(sequence => Problems(sequence.Item, $"sequences[{sequence.Index}]", policy)).ToList();
        if (problems.Count > 0) throw new ValidationException(problems);
    }

    private static IEnumerable<ValidationFailure> Problems(ScoredSequence sequence, string path, PolicyInfo policy)
    {
        var length = sequence.PromptTokenIds.Count + sequence.CompletionTokenIds.Count;
        IEnumerable<ValidationFailure> tooLong = length <= policy.ContextLength && sequence.PromptTokenIds.Count < policy.ContextLength
            ? []
            : [new ValidationFailure(path, $"Has {length} tokens; the context of '{policy.Name}' is {policy.ContextLength}.")];
        return tooLong
            .Concat(PromptRules.OutsideVocabulary(sequence.PromptTokenIds, $"{path}.prompt_token_ids", policy))
            .Concat(PromptRules.OutsideVocabulary(sequence.CompletionTokenIds, $"{path}.completion_token_ids", policy));
    }

    private static SafetensorsWriter Tensors(LogprobsRequest request, LogprobsResponse answer, ScoredCompletion[] scores)
    {
        var width = scores.Max(score => score.Logprobs.Length);
        var tensors = new List<OutgoingTensor>
        {
            OutgoingTensor.Matrix("mask", SafetensorsDtype.U8, Array.ConvertAll(scores, score => Enumerable.Repeat((byte)1, score.Logprobs.Length).ToArray()), width),
            OutgoingTensor.Vector("policy_versions", SafetensorsDtype.I32, Array.ConvertAll(scores, score => score.PolicyVersion)),
        };
        if (request.Include.Contains(LogprobsField.Logprobs)) tensors.Add(OutgoingTensor.Matrix("logprobs", SafetensorsDtype.F32, Array.ConvertAll(scores, score => score.Logprobs), width));
        if (request.Include.Contains(LogprobsField.Entropy)) tensors.Add(OutgoingTensor.Matrix("entropy", SafetensorsDtype.F32, Array.ConvertAll(scores, score => score.Entropy!), width));
        if (request.TopLogprobs > 0)
        {
            var count = scores.Max(score => score.TopLogprobs!.Select(top => top.Length).FirstOrDefault());
            long[] shape = [scores.Length, width, count];
            tensors.Add(OutgoingTensor.Matrix("top_token_ids", SafetensorsDtype.I32, Array.ConvertAll(scores, score => score.TopLogprobs!.SelectMany(top => top.Select(one => one.TokenId)).ToArray()), width * count) with { Shape = shape });
            tensors.Add(OutgoingTensor.Matrix("top_logprobs", SafetensorsDtype.F32, Array.ConvertAll(scores, score => score.TopLogprobs!.SelectMany(top => top.Select(one => one.Logprob)).ToArray()), width * count) with { Shape = shape });
        }

        return new SafetensorsWriter(tensors, TensorFields.Write(JsonSerializer.SerializeToNode(new { answer.Policy, answer.PolicyVersion }, JsonConventions.Options)!));
    }
}
