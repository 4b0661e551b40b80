using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GrpoApi.Http.Tensors;

/// <summary>Says in the OpenAPI document what the tensors of an operation are.</summary>
internal static class TensorDocumentation
{
    /// <summary>Describes the tensors that the operation answers and, where it reads any, takes.</summary>
    public static RouteHandlerBuilder WithTensors(this RouteHandlerBuilder builder, string answer, string? request = null) => builder.WithMetadata(new Tensors(answer, request));

    internal static Task ApplyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Tensors>().FirstOrDefault() is { } tensors)
        {
            Describe(operation.RequestBody?.Content, tensors.Request);
            Describe(operation.Responses?["200"].Content, tensors.Answer);
        }

        return Task.CompletedTask;
    }

    private static void Describe(IDictionary<string, OpenApiMediaType>? content, string? description)
    {
        if (content?.TryGetValue(SafetensorsMedia.Type, out var media) != true) return;
        media!.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = description };
    }

    private sealed record Tensors(string Answer, string? Request);
}
