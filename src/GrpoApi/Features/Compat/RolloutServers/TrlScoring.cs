using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using FluentValidation;
using Grpo.Rollouts;
using GrpoApi.Features.Compat.Sampling;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Compat.RolloutServers;

/// <summary>Given tokens scored for TRL's distillation, which asks its server as a teacher.</summary>
public static class TrlScoring
{
    private const string Example = """{"sequences": [[72, 105, 33]], "prompt_lengths": [1], "top_logprobs": 2, "temperature": 1.0}""";

    /// <summary>Maps the operation.</summary>
    internal static void MapTrlScoring(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/trl/get_sequence_logprobs/", Score).WithName("TrlScore").WithTags(CompatEndpoints.Tag).WithRequestExample(Example).ProducesPolicyProblems().ProducesValidationProblem();

    /// <summary>Score given tokens as TRL's server does.</summary>
    /// <remarks>
    /// Log-probabilities under softmax(logits / temperature) of the most likely tokens after each prefix of a sequence, from its prompt's end on, and of the tokens
    /// that are there: as <c>POST /v1/logprobs</c>. <c>response_format: binary</c> answers the arrays in base64, little-endian, padded to the longest completion.
    /// </remarks>
    /// <response code="200">The log-probabilities of each completion.</response>
    /// <response code="400">The request is not valid, or the policy cannot score given tokens.</response>
    /// <response code="404">There is no default policy.</response>
    /// <response code="503">The policy is loading, or its queue is full; try again after Retry-After seconds.</response>
    internal static async Task<Ok<TrlScores>> Score(TrlScoreRequest request, CompatRollouts rollouts, IOptions<LimitsOptions> limits, CancellationToken cancellationToken)
    {
        var policy = rollouts.Policy(null);
        Check(request, policy.Info, limits.Value);
        if (policy is not IScoringPolicy scoring) throw RequestValidation.Invalid("sequences", "The policy cannot score given tokens.");
        var turn = new object();
        var scored = await Task.WhenAll(request.Sequences.Zip(request.PromptLengths, async (sequence, prompt) => (await scoring.ScoreAsync(
            new ScoreRequest { PromptTokenIds = [.. sequence.Take(prompt)], Completions = [[.. sequence.Skip(prompt)]], Temperature = request.Temperature, TopLogprobs = request.TopLogprobs, Turn = turn },
            cancellationToken))[0]));
        int[][] actual = [.. request.Sequences.Zip(request.PromptLengths, (sequence, prompt) => sequence.Skip(prompt).ToArray())];
        return TypedResults.Ok(request.ResponseFormat == "binary" ? Binary(scored, actual, request.TopLogprobs) : Json(scored, actual));
    }

    private static TrlScores Json(ScoredCompletion[] scored, int[][] actual) => new()
    {
        Logprobs = Array.ConvertAll(scored, one => Array.ConvertAll(one.TopLogprobs!, top => Array.ConvertAll(top, token => token.Logprob))),
        LogprobTokenIds = Array.ConvertAll(scored, one => Array.ConvertAll(one.TopLogprobs!, top => Array.ConvertAll(top, token => token.TokenId))),
        ActualLogprobs = Array.ConvertAll(scored, one => Array.ConvertAll(one.Logprobs, logprob => new[] { logprob })),
        ActualTokenIds = Array.ConvertAll(actual, tokens => Array.ConvertAll(tokens, token => new[] { token })),
    };

    private static TrlScores Binary(ScoredCompletion[] scored, int[][] actual, int count)
    {
        var longest = actual.Max(tokens => tokens.Length);
        var (logprobs, ids) = (new float[scored.Length * longest * count], new int[scored.Length * longest * count]);
        var (actualLogprobs, actualIds) = (new float[scored.Length * longest], new int[scored.Length * longest]);
        for (var row = 0; row < scored.Length; row++)
        {
            for (var t = 0; t < actual[row].Length; t++)
            {
                var place = (row * longest) + t;
                (actualLogprobs[place], actualIds[place]) = (scored[row].Logprobs[t], actual[row][t]);
                for (var rank = 0; rank < count; rank++) (ids[(place * count) + rank], logprobs[(place * count) + rank]) = scored[row].TopLogprobs![t][rank];
            }
        }

        return new TrlScores
        {
            LogprobsB64 = Base64<float>(logprobs),
            TokenIdsB64 = Base64<int>(ids),
            ActualLogprobsB64 = Base64<float>(actualLogprobs),
            ActualTokenIdsB64 = Base64<int>(actualIds),
            Shape = [scored.Length, longest, count],
            CompletionLengths = Array.ConvertAll(actual, tokens => tokens.Length),
        };
    }

    private static string Base64<T>(T[] values)
        where T : struct => Convert.ToBase64String(MemoryMarshal.AsBytes<T>(values));

    private static void Check(TrlScoreRequest request, PolicyInfo policy, LimitsOptions limits)
    {
        if (request.Sequences.Count == 0 || request.Sequences.Count > limits.MaxCompletionsPerRequest) throw RequestValidation.Invalid("sequences", $"Must have 1 to {limits.MaxCompletionsPerRequest} entries.");
        if (request.PromptLengths.Count != request.Sequences.Count) throw RequestValidation.Invalid("prompt_lengths", $"Has {request.PromptLengths.Count} entries; sequences has {request.Sequences.Count}.");
        if (request.TopLogprobs < 1 || request.TopLogprobs > policy.VocabSize) throw RequestValidation.Invalid("top_logprobs", $"Must be from 1 to {policy.VocabSize}.");
        if (request.Temperature < 0) throw RequestValidation.Invalid("temperature", "Must not be negative.");
        if (request.ResponseFormat is not ("json" or "binary")) throw RequestValidation.Invalid("response_format", "Must be json or binary.");
        foreach (var (index, sequence) in request.Sequences.Index())
        {
            if (sequence is null || sequence.Length > policy.ContextLength) throw RequestValidation.Invalid($"sequences[{index}]", $"Must be a list of at most {policy.ContextLength} token ids.");
            if (request.PromptLengths[index] < 1 || request.PromptLengths[index] > Math.Min(sequence.Length, policy.ContextLength - 1)) throw RequestValidation.Invalid($"prompt_lengths[{index}]", "Must be at least 1 and at most the sequence's length.");
            var unknown = PromptRules.OutsideVocabulary(sequence, $"sequences[{index}]", policy).ToList();
            if (unknown.Count > 0) throw new ValidationException(unknown);
        }
    }
}

/// <summary>Sequences to be scored; unknown fields are ignored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record TrlScoreRequest
{
    /// <summary>Prompts with their completions, shape (N, T).</summary>
    public required IReadOnlyList<int[]> Sequences { get; init; }

    /// <summary>How many tokens of each are the prompt, shape (N), at least 1.</summary>
    public required IReadOnlyList<int> PromptLengths { get; init; }

    /// <summary>How many of the most likely tokens are wanted at each position, K.</summary>
    /// <value>From 1 to V. The default value is 100.</value>
    public int TopLogprobs { get; init; } = 100;

    /// <summary>Divisor of the logits.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>json or binary.</summary>
    public string ResponseFormat { get; init; } = "json";
}

/// <summary>What TRL reads, in one of the two forms.</summary>
public sealed record TrlScores
{
    /// <summary>Log-probabilities of the most likely tokens, the likeliest first, shape (N, T, K).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<float[][]>? Logprobs { get; init; }

    /// <summary>Whose they are, shape (N, T, K).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int[][]>? LogprobTokenIds { get; init; }

    /// <summary>Log-probabilities of the tokens that are there, shape (N, T, 1).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<float[][]>? ActualLogprobs { get; init; }

    /// <summary>Those tokens, shape (N, T, 1).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int[][]>? ActualTokenIds { get; init; }

    /// <summary>The same as logprobs, float32, shape (N, Tmax, K).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LogprobsB64 { get; init; }

    /// <summary>The same as logprob_token_ids, int32, shape (N, Tmax, K).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenIdsB64 { get; init; }

    /// <summary>The same as actual_logprobs, float32, shape (N, Tmax, 1).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ActualLogprobsB64 { get; init; }

    /// <summary>The same as actual_token_ids, int32, shape (N, Tmax, 1).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ActualTokenIdsB64 { get; init; }

    /// <summary>N, Tmax and K.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Shape { get; init; }

    /// <summary>The lengths of the completions, shape (N).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? CompletionLengths { get; init; }
}
