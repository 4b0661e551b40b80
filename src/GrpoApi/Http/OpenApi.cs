using GrpoApi.Http.Tensors;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GrpoApi.Http;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>, also written to docs/openapi.json by the build, and Swagger UI at <c>/swagger</c>.</summary>
public static class OpenApi
{
    private const string DocumentPath = "/openapi/v1.json";

    /// <summary>Whether the process runs only for the build to write the document: nothing may be loaded or bound then.</summary>
    public static bool IsBeingGenerated { get; } =
        string.Equals(System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name, "GetDocument.Insider", StringComparison.Ordinal);

    /// <summary>Registers the document.</summary>
    public static IServiceCollection AddGrpoOpenApi(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "GrpoApi",
                Version = "v1",
                Description = "Group Relative Policy Optimization (GRPO), one step at a time: prompts to groups of completions, to rewards, to advantages, to the loss and its gradient.",
            };

            // The address depends on who asks; clients use the one they fetched the document from.
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer(SortTagsAsync);
        options.AddDocumentTransformer(ApiKeyServices.DescribeAsync);
        options.CreateSchemaReferenceId = info => SchemaConventions.IsPlainArray(info.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(info);
        options.AddSchemaTransformer(SchemaConventions.ApplyAsync);
        options.AddOperationTransformer(RequestExamples.ApplyAsync);
        options.AddOperationTransformer(TensorDocumentation.ApplyAsync);
        options.AddOperationTransformer(SortResponsesAsync);
    });

    /// <summary>Maps the document and Swagger UI.</summary>
    public static void MapGrpoOpenApi(this WebApplication app)
    {
        app.MapOpenApi();
        app.UseSwaggerUI(options =>
        {
            options.SwaggerEndpoint(DocumentPath, "GrpoApi v1");
            options.DocumentTitle = "GrpoApi";
            options.DisplayOperationId();
            options.DisplayRequestDuration();
            options.EnableDeepLinking();
            options.EnableTryItOutByDefault();
            options.EnablePersistAuthorization();
        });
    }

    /// <summary>By name, which begins with the step: Swagger UI shows the steps in their order.</summary>
    private static Task SortTagsAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Tags = new SortedSet<OpenApiTag>(document.Tags ?? new HashSet<OpenApiTag>(), Comparer<OpenApiTag>.Create(static (one, other) => string.CompareOrdinal(one.Name, other.Name)));
        return Task.CompletedTask;
    }

    /// <summary>By status: what a group declares would otherwise come before the success.</summary>
    private static Task SortResponsesAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var sorted = new OpenApiResponses();
        foreach (var (status, response) in (operation.Responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            sorted.Add(status, response);
        }

        operation.Responses = sorted;
        return Task.CompletedTask;
    }
}
