using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Rollouts;
using GrpoApi.Features.Compat.Sampling;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>OpenAI's chat completions.</summary>
public static class ChatEndpoint
{
    /// <summary>Answer a conversation as OpenAI's API does.</summary>
    /// <remarks>
    /// The conversation goes through the policy's chat template and is sampled as <c>POST /v1/rollouts</c> does with the same <c>messages</c> and seed.
    /// With <c>stream</c> the answer is server-sent events, the last one <c>[DONE]</c>. Fields that would change what is drawn and are not supported are
    /// refused; unknown ones are ignored.
    /// </remarks>
    /// <response code="200">n answers.</response>
    /// <response code="400">The request is not valid, or the chat template refused the messages.</response>
    /// <response code="401">Keys are configured and none was presented.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="413">The body is larger than the limit.</response>
    /// <response code="500">The server failed.</response>
    /// <response code="503">The policy is loading, or its queue is full; try again after Retry-After seconds.</response>
    internal static async Task<Results<Ok<ChatCompletionResponse>, EventLines<ChatCompletionChunk>>> CreateChatCompletion(
        ChatCompletionRequest request, CompatRollouts rollouts, IOptions<LimitsOptions> limits, TimeProvider time, CancellationToken cancellationToken)
    {
        var policy = rollouts.Policy(request.Model);
        SamplingFields.Refuse(request.ResponseFormat is { ValueKind: JsonValueKind.Object } format && !(format.TryGetProperty("type", out var type) && type.ValueEquals("text")), "response_format");
        if (request is { TopLogprobs: > 0, Logprobs: not true }) throw RequestValidation.Invalid("top_logprobs", "Needs logprobs.");
        var prompt = ChatPrompts.Tokenize(request.Messages, request.Tools, request.ChatTemplateKwargs, policy.Tokenizer, "messages");
        var paths = new CallerPaths(_ => "messages", "", ("group_size", "n"), ("sampling.max_tokens", request.MaxCompletionTokens is null ? "max_tokens" : "max_completion_tokens"));
        var room = Math.Clamp(policy.Info.ContextLength - prompt.Length, 1, limits.Value.MaxTokens);
        var sampling = (request with { MaxTokens = request.MaxCompletionTokens ?? request.MaxTokens }).ToSampling(room, paths);
        var rollout = rollouts.Plan(policy, [prompt], request.N ?? 1, sampling, (request.TopLogprobs ?? 0, "top_logprobs"), paths);
        var answer = new ChatAnswer(request, rollout, time.GetUtcNow());
        return request.Stream is true ? new EventLines<ChatCompletionChunk>(answer.StreamAsync) : TypedResults.Ok(await answer.CompleteAsync(cancellationToken));
    }
}

/// <summary>Conversations as other systems send them.</summary>
internal static class ChatPrompts
{
    /// <summary>Renders and tokenises a conversation. A list of text parts is one text, as templates expect.</summary>
    /// <exception cref="FluentValidation.ValidationException">A part is no text, or the template refused it.</exception>
    public static int[] Tokenize(IReadOnlyList<JsonObject> messages, JsonArray? tools, JsonObject? templateArguments, IPolicyTokenizer tokenizer, string path)
    {
        if (messages.Count == 0) throw RequestValidation.Invalid(path, "A conversation needs at least one message.");
        var conversation = new ChatRequest
        {
            Messages = [.. messages.Select((message, index) => Flattened(message, $"{path}[{index}]"))],
            Tools = tools is { Count: > 0 } ? tools : null,
            TemplateArguments = templateArguments,
        };
        return tokenizer.Encode(PromptRules.Render(tokenizer, conversation, path), addSpecialTokens: false);
    }

    private static JsonObject Flattened(JsonObject? message, string path)
    {
        if (message?["role"] is not JsonValue role || !role.TryGetValue<string>(out _)) throw RequestValidation.Invalid($"{path}.role", "A message needs a role, such as user.");
        if (message["content"] is not JsonArray parts) return message;
        var texts = parts.Select((part, index) => part is JsonObject { } one && one["type"] is JsonValue type && type.TryGetValue<string>(out var name) && name == "text" && one["text"] is JsonValue text && text.TryGetValue<string>(out var value)
            ? value
            : throw RequestValidation.Invalid($"{path}.content[{index}]", "Must be a part of the type text."));
        var flattened = message.DeepClone().AsObject();
        flattened["content"] = string.Join('\n', texts);
        return flattened;
    }
}

/// <summary>The answer to one request.</summary>
internal sealed class ChatAnswer(ChatCompletionRequest request, CompatRollout rollout, DateTimeOffset now)
{
    private readonly string _id = $"chatcmpl-{Guid.NewGuid():N}";

    /// <summary>The whole answer.</summary>
    public async Task<ChatCompletionResponse> CompleteAsync(CancellationToken cancellationToken)
    {
        var completions = (await rollout.SampleAsync(cancellationToken))[0].Completions;
        return new ChatCompletionResponse
        {
            Id = _id,
            Created = now.ToUnixTimeSeconds(),
            Model = rollout.Policy.Info.Name,
            Choices = [.. completions.Select(completion => new ChatChoice
            {
                Index = completion.Index,
                Message = new ChatMessage { Content = completion.Text },
                Logprobs = Logprobs(completion.TokenIds.Select((id, t) => (id, completion.Logprobs[t], completion.TopLogprobs?[t]))),
                FinishReason = OpenAiWords.NameOf(completion.FinishReason),
                StopReason = OpenAiWords.NameOf(completion.StopReason),
                TokenIds = request.ReturnTokenIds is true ? completion.TokenIds : null,
            })],
            Usage = new OpenAiUsage { PromptTokens = rollout.PromptTokens, CompletionTokens = completions.Sum(completion => completion.TokenIds.Length) },
            SystemFingerprint = OpenAiWords.Fingerprint(rollout.Policy.Info, completions.Min(completion => completion.PolicyVersion)),
            PromptTokenIds = request.ReturnTokenIds is true ? rollout.Plan.Groups[0].PromptTokenIds : null,
        };
    }

    /// <summary>The answer in chunks.</summary>
    public async IAsyncEnumerable<ChatCompletionChunk> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (told, sampled) = (new HashSet<int>(), 0);
        await foreach (var piece in rollout.StreamAsync(cancellationToken))
        {
            var isFirst = told.Count == 0;
            sampled += piece.Tokens.Count;
            var choice = new ChatChunkChoice
            {
                Index = piece.Index,
                Delta = new ChatMessage { Role = told.Add(piece.Index) ? "assistant" : null, Content = piece.Text },
                Logprobs = Logprobs(piece.Tokens.Select(token => (token.TokenId, token.Logprob, token.TopLogprobs))),
                FinishReason = OpenAiWords.NameOf(piece.FinishReason),
                TokenIds = request.ReturnTokenIds is true ? [.. piece.Tokens.Select(token => token.TokenId)] : null,
            };
            yield return Chunk([choice], null) with { PromptTokenIds = request.ReturnTokenIds is true && isFirst ? rollout.Plan.Groups[0].PromptTokenIds : null };
        }

        if (request.StreamOptions?.IncludeUsage is true) yield return Chunk([], new OpenAiUsage { PromptTokens = rollout.PromptTokens, CompletionTokens = sampled });
    }

    private ChatCompletionChunk Chunk(IReadOnlyList<ChatChunkChoice> choices, OpenAiUsage? usage) => new()
    {
        Id = _id,
        Created = now.ToUnixTimeSeconds(),
        Model = rollout.Policy.Info.Name,
        Choices = choices,
        Usage = usage,
        SystemFingerprint = OpenAiWords.Fingerprint(rollout.Policy.Info, rollout.Policy.Info.Version),
    };

    private ChatLogprobs? Logprobs(IEnumerable<(int TokenId, float Logprob, TokenLogprob[]? Top)> tokens) => request.Logprobs is not true ? null : new ChatLogprobs
    {
        Content = [.. tokens.Select(token => Token(token.TokenId, token.Logprob) with { TopLogprobs = [.. (token.Top ?? []).Select(one => Token(one.TokenId, one.Logprob))] })],
    };

    private ChatTokenLogprob Token(int tokenId, float logprob)
    {
        var text = OpenAiWords.TextOf(tokenId, rollout.Policy.Tokenizer);
        return new ChatTokenLogprob { Token = text, Logprob = logprob, Bytes = OpenAiWords.BytesOf(text) };
    }
}
