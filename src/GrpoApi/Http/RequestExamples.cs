using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GrpoApi.Http;

/// <summary>Whole request bodies and parameters that succeed unchanged, shown by Swagger UI in the place of ones made up from the schema.</summary>
public static class RequestExamples
{
    /// <summary>Gives the operation its example body.</summary>
    /// <param name="builder">The operation.</param>
    /// <param name="json">The body as JSON; a test posts it and expects a success.</param>
    public static RouteHandlerBuilder WithRequestExample(this RouteHandlerBuilder builder, [System.Diagnostics.CodeAnalysis.StringSyntax("Json")] string json) =>
        builder.WithMetadata(new RequestExample(json));

    /// <summary>Gives a path parameter of the operation its example.</summary>
    public static RouteHandlerBuilder WithParameterExample(this RouteHandlerBuilder builder, string name, string value) => builder.WithMetadata(new ParameterExample(name, value));

    internal static Task ApplyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestExample>().FirstOrDefault() is { } example &&
            operation.RequestBody?.Content is { } content && content.TryGetValue("application/json", out var mediaType) && mediaType is OpenApiMediaType json)
        {
            json.Example = JsonNode.Parse(example.Json);
        }

        foreach (var given in context.Description.ActionDescriptor.EndpointMetadata.OfType<ParameterExample>())
        {
            foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(parameter => parameter.Name == given.Name))
            {
                parameter.Example = JsonValue.Create(given.Value);
            }
        }

        return Task.CompletedTask;
    }

    private sealed record RequestExample(string Json);

    private sealed record ParameterExample(string Name, string Value);
}
