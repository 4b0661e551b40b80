using System.ComponentModel;
using System.Text.Json;
using Grpo.Jobs;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using GrpoApi.Features.Jobs;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace GrpoApi.Features.Datasets;

/// <summary>An uploaded dataset.</summary>
public sealed record DatasetResponse
{
    /// <summary>Its name.</summary>
    /// <example>gsm8k</example>
    public required string Name { get; init; }

    /// <summary>How many rows it has.</summary>
    public required int Rows { get; init; }

    /// <summary>SHA-256 of its rows.</summary>
    public required string Hash { get; init; }

    internal static DatasetResponse Of(string name, StoredDataset dataset) => new() { Name = name, Rows = dataset.Rows, Hash = dataset.Hash };
}

/// <summary>The uploaded datasets.</summary>
public sealed record DatasetsResponse
{
    /// <summary>The datasets, by name.</summary>
    public required IReadOnlyList<DatasetResponse> Datasets { get; init; }
}

/// <summary>Datasets for evaluations and curations.</summary>
public static class DatasetsEndpoints
{
    private const string Tag = "9 Datasets";
    private const string ExampleName = "gsm8k";

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapDatasets(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/datasets/{name}", PutDataset).WithName("PutDataset").WithTags(Tag).WithParameterExample("name", ExampleName)
            .AddOpenApiOperationTransformer(DescribeBody).ProducesValidationProblem().ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/datasets", ListDatasets).WithName("ListDatasets").WithTags(Tag).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/datasets/{name}", GetDataset).WithName("GetDataset").WithTags(Tag).WithParameterExample("name", ExampleName).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapDelete("/datasets/{name}", DeleteDataset).WithName("DeleteDataset").WithTags(Tag).WithParameterExample("name", ExampleName).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    /// <summary>Upload a dataset.</summary>
    /// <remarks>The body is NDJSON: one JSON object per line, in any form; templates of the job say which fields are used. It is read as it comes, so it may be large. A dataset of that name is replaced; jobs that use it keep their rows.</remarks>
    /// <response code="200">It took the place of another one.</response>
    /// <response code="201">It is new.</response>
    /// <response code="400">A line is not a JSON object; the message has its number. Nothing was stored.</response>
    /// <response code="413">The body is larger than the limit.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Results<Ok<DatasetResponse>, Created<DatasetResponse>>> PutDataset([Description("Letters, digits, dot, hyphen and underscore.")] string name, HttpRequest body, JobAccess jobs, IOptions<LimitsOptions> options, CancellationToken cancellationToken)
    {
        if (!DatasetNames.IsValid(name)) throw new JobRequestException("name", DatasetNames.Rule);
        var limits = options.Value;
        if (body.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = limits.MaxDatasetBytes;
        var store = await jobs.StoreAsync();
        try
        {
            var dataset = await store.AddDatasetAsync(RowsAsync(), cancellationToken);
            if (dataset.Rows == 0) throw new JobRequestException("$", "The dataset has no rows.");
            var isNew = await store.NameDatasetAsync(name, dataset.Id, cancellationToken);
            var answer = DatasetResponse.Of(name, dataset);
            return isNew ? TypedResults.Created($"/v1/datasets/{name}", answer) : TypedResults.Ok(answer);
        }
        catch (DatasetException problem)
        {
            throw new JobRequestException(problem.Path, problem.Message);
        }

        async IAsyncEnumerable<string> RowsAsync()
        {
            var count = 0;
            await foreach (var row in DatasetLines.ReadAsync(body.Body, "$", limits.MaxDatasetRowBytes, cancellationToken))
            {
                if (count++ == limits.MaxDatasetRows) throw new DatasetException("$", $"A dataset has at most {limits.MaxDatasetRows} rows.");
                yield return JsonSerializer.Serialize(row, JobJson.Options);
            }
        }
    }

    /// <summary>List the uploaded datasets.</summary>
    /// <remarks>By name. Datasets of jobs that came inline or from a file have no name and are not listed.</remarks>
    /// <response code="200">All of them.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Ok<DatasetsResponse>> ListDatasets(JobAccess jobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(new DatasetsResponse { Datasets = [.. (await (await jobs.StoreAsync()).ListDatasetsAsync(cancellationToken)).Select(named => DatasetResponse.Of(named.Name, named.Dataset))] });

    /// <summary>Look at an uploaded dataset.</summary>
    /// <remarks>Its hash tells whether two datasets are the same.</remarks>
    /// <response code="200">It is there.</response>
    /// <response code="404">No dataset has that name.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Ok<DatasetResponse>> GetDataset([Description("Its name.")] string name, JobAccess jobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(DatasetResponse.Of(name, await (await jobs.StoreAsync()).FindDatasetAsync(name, cancellationToken) ?? throw new DatasetNotFoundException(name)));

    /// <summary>Remove an uploaded dataset.</summary>
    /// <remarks>Jobs that use it keep their rows.</remarks>
    /// <response code="204">It is gone.</response>
    /// <response code="404">No dataset has that name.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<NoContent> DeleteDataset([Description("Its name.")] string name, JobAccess jobs, CancellationToken cancellationToken) =>
        await (await jobs.StoreAsync()).RemoveDatasetAsync(name, cancellationToken) ? TypedResults.NoContent() : throw new DatasetNotFoundException(name);

    // Described here and not by Accepts, which would refuse a body without a content type.
    private static Task DescribeBody(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var lines = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        operation.RequestBody = new OpenApiRequestBody { Required = true, Description = "One JSON object per line.", Content = new Dictionary<string, OpenApiMediaType> { ["application/x-ndjson"] = lines } };
        return Task.CompletedTask;
    }
}

/// <summary>There is no such dataset.</summary>
public sealed class DatasetNotFoundException(string name) : Exception($"No dataset is named '{name}'.");
