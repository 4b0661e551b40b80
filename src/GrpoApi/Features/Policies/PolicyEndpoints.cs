using System.ComponentModel;
using FluentValidation;
using Grpo.Engines;
using Grpo.Rollouts;
using GrpoApi.Features.Policies.Loading;
using GrpoApi.Features.Policies.Snapshots;
using GrpoApi.Features.Policies.Weights;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Policies;

/// <summary>What the policies are, and how they turn text into tokens and back.</summary>
public static class PolicyEndpoints
{
    private const string Tag = "5 Policies";
    private const string Example = "tiny-r1";

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapPolicies(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/policies", ListPolicies).WithName("ListPolicies").WithTags(Tag);
        routes.MapGet("/policies/{name}", GetPolicy).WithName("GetPolicy").WithTags(Tag).WithParameterExample("name", Example).ProducesPolicyProblems();
        routes.MapPost("/policies/{name}/tokenize", Tokenize).WithName("Tokenize").WithTags(Tag).WithParameterExample("name", Example).ProducesPolicyProblems()
            .WithRequestValidation<TokenizeRequest>().WithRequestExample("""{"messages": [{"role": "user", "content": "What is 37 + 58?"}]}""");
        routes.MapPost("/policies/{name}/detokenize", Detokenize).WithName("Detokenize").WithTags(Tag).WithParameterExample("name", Example).ProducesPolicyProblems()
            .WithRequestValidation<DetokenizeRequest>().WithRequestExample("""{"token_ids": [10, 11, 12], "skip_special_tokens": true}""");
        return routes.MapLoading().MapWeights().MapSnapshots();
    }

    /// <summary>Registers the validators.</summary>
    public static IServiceCollection AddPolicyRequests(this IServiceCollection services) => services
        .AddRequestValidator<LoadPolicyRequest, LoadPolicyRequestValidator>()
        .AddRequestValidator<CreateSnapshotRequest, CreateSnapshotRequestValidator>()
        .AddRequestValidator<TokenizeRequest, TokenizeRequestValidator>()
        .AddRequestValidator<DetokenizeRequest, DetokenizeRequestValidator>();

    /// <summary>Adds the problems of an operation that uses a policy to its description.</summary>
    internal static RouteHandlerBuilder ProducesPolicyProblems(this RouteHandlerBuilder builder) => builder
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>The loaded policies.</summary>
    /// <remarks>Policies that are still loading, or could not be loaded, are in <c>/health</c>.</remarks>
    /// <response code="200">The policies by name.</response>
    public static Ok<PoliciesResponse> ListPolicies(PolicyCatalog policies) =>
        TypedResults.Ok(new PoliciesResponse { Policies = [.. policies.List().Select(PolicyDescription.Of)] });

    /// <summary>One policy.</summary>
    /// <remarks>What a trainer needs to know before it sends prompts: vocabulary, context length, and the tokens that end a completion.</remarks>
    /// <response code="200">The policy.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="503">It is loading, or could not be loaded.</response>
    public static Ok<PolicyDescription> GetPolicy([Description("The policy's name, such as tiny-r1.")] string name, PolicyCatalog policies) => TypedResults.Ok(PolicyDescription.Of(policies.Get(name)));

    /// <summary>Turn text or a conversation into tokens.</summary>
    /// <remarks>Exactly what <c>POST /v1/rollouts</c> does with the same <c>text</c> or <c>messages</c>, so that a trainer can see its prompts as the policy does.</remarks>
    /// <response code="200">The tokens, and the text they come from.</response>
    /// <response code="400">Neither or both of text and messages, or the chat template refused the messages.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="503">It is loading, or could not be loaded.</response>
    public static Ok<TokenizeResponse> Tokenize([Description("The policy's name, such as tiny-r1.")] string name, TokenizeRequest request, PolicyCatalog policies)
    {
        var tokenizer = policies.Get(name).Tokenizer;
        var text = request.Text ?? PromptRules.Render(tokenizer, Conversation(request), "messages");
        var tokenIds = tokenizer.Encode(text, request.AddSpecialTokens);
        return TypedResults.Ok(new TokenizeResponse { TokenIds = tokenIds, Tokens = [.. tokenIds.Select(tokenizer.TokenOf)], Text = text });
    }

    /// <summary>Turn tokens into text.</summary>
    /// <remarks>The inverse of tokenising without a chat template.</remarks>
    /// <response code="200">The text.</response>
    /// <response code="400">A token id is not in the vocabulary.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="503">It is loading, or could not be loaded.</response>
    public static Ok<DetokenizeResponse> Detokenize([Description("The policy's name, such as tiny-r1.")] string name, DetokenizeRequest request, PolicyCatalog policies)
    {
        var policy = policies.Get(name);
        var unknown = PromptRules.OutsideVocabulary(request.TokenIds, "token_ids", policy.Info).ToList();
        return unknown.Count == 0
            ? TypedResults.Ok(new DetokenizeResponse
            {
                Text = policy.Tokenizer.Decode([.. request.TokenIds], request.SkipSpecialTokens),
                Tokens = [.. request.TokenIds.Select(id => policy.Tokenizer.Decode([id], request.SkipSpecialTokens))],
            })
            : throw new ValidationException(unknown);
    }

    private static ChatRequest Conversation(TokenizeRequest request) => new()
    {
        Messages = request.Messages ?? [],
        Tools = request.Tools,
        AddGenerationPrompt = request.AddGenerationPrompt,
        TemplateArguments = request.ChatTemplateKwargs,
    };
}
