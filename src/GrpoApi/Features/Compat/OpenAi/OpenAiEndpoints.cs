using GrpoApi.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>OpenAI's API over the policies: what trainers, evaluation harnesses and chat clients speak anyway.</summary>
internal static class OpenAiEndpoints
{
    /// <summary>Maps the operations.</summary>
    public static void MapOpenAi(this WebApplication app)
    {
        var v1 = app.MapGroup("/v1").RequireAuthorization().WithOpenAiErrors();
        v1.MapGet("/models", ModelsEndpoint.ListModels).WithName("OpenAiListModels").WithTags(CompatEndpoints.Tag);
        v1.MapPost("/completions", CompletionsEndpoint.CreateCompletion).WithName("OpenAiCreateCompletion").WithTags(CompatEndpoints.Tag)
            .Samples().WithRequestExample("""{"prompt": "What is 37 + 58?", "n": 2, "max_tokens": 32, "logprobs": 1, "seed": 1234}""");
        v1.MapPost("/chat/completions", ChatEndpoint.CreateChatCompletion).WithName("OpenAiCreateChatCompletion").WithTags(CompatEndpoints.Tag)
            .Samples().WithRequestExample("""{"messages": [{"role": "user", "content": "What is 37 + 58?"}], "max_tokens": 64, "seed": 1234}""");
    }

    /// <summary>Writes the problems of the operations in OpenAI's form.</summary>
    public static RouteGroupBuilder WithOpenAiErrors(this RouteGroupBuilder group) => group
        .WithMetadata(OpenAiErrors.Mark, Error(StatusCodes.Status401Unauthorized), Error(StatusCodes.Status500InternalServerError));

    /// <summary>Describes how sampling fails.</summary>
    public static RouteHandlerBuilder Samples(this RouteHandlerBuilder builder) => builder
        .Produces<OpenAiErrorResponse>(StatusCodes.Status400BadRequest)
        .Produces<OpenAiErrorResponse>(StatusCodes.Status404NotFound)
        .Produces<OpenAiErrorResponse>(StatusCodes.Status413PayloadTooLarge)
        .Produces<OpenAiErrorResponse>(StatusCodes.Status503ServiceUnavailable);

    private static ProducesResponseTypeMetadata Error(int status) => new(status, typeof(OpenAiErrorResponse), ["application/json"]);
}
