using System.ComponentModel;
using Grpo.Jobs;
using Grpo.Jobs.Curations;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using GrpoApi.Features.Evaluations;
using GrpoApi.Features.Jobs;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GrpoApi.Features.Curations;

/// <summary>Training data out of a policy's own samples, as a durable job.</summary>
public static class CurationsEndpoints
{
    private const string Tag = "8 Curations";

    private const string Example = """
        {
          "name": "sums",
          "dataset": {"rows": [{"question": "What is 37 + 58?", "answer": "95"}, {"question": "What is 12 + 7?", "answer": "19"}]},
          "samples_per_prompt": 4, "sampling": {"max_tokens": 128, "seed": 7},
          "rewards": [{"name": "accuracy"}, {"name": "format", "weight": 0}],
          "keep": {"min_reward": 1.0, "max_per_prompt": 2, "filters": ["mixed_language", "long_paragraphs", "code_blocks", "truncated", "duplicates"]},
          "output": "sft_messages"
        }
        """;

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapCurations(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/curations", CreateCuration).WithName("CreateCuration").WithTags(Tag).ProducesPolicyProblems()
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge).WithRequestValidation<CurationRequest>().WithRequestExample(Example);
        routes.MapGet("/curations", ListCurations).WithName("ListCurations").WithTags(Tag).ProducesProblem(StatusCodes.Status503ServiceUnavailable).ProducesValidationProblem();
        routes.MapGet("/curations/{id}", GetCuration).WithName("GetCuration").WithTags(Tag).ForJob().ProducesValidationProblem();
        routes.MapDelete("/curations/{id}", CancelCuration).WithName("CancelCuration").WithTags(Tag).ForJob().ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapGet("/curations/{id}/events", FollowCuration).WithName("FollowCuration").WithTags(Tag).ForJob();
        routes.MapGet("/curations/{id}/results", GetCurationResults).WithName("GetCurationResults").WithTags(Tag).ForJob().Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson");
        routes.MapGet("/curations/{id}/report", GetCurationReport).WithName("GetCurationReport").WithTags(Tag).ForJob()
            .ProducesProblem(StatusCodes.Status409Conflict).Produces(StatusCodes.Status200OK, contentType: "application/json", additionalContentTypes: ["text/markdown"]);
        return routes;
    }

    /// <summary>Registers the validator.</summary>
    public static IServiceCollection AddCurationRequests(this IServiceCollection services) =>
        services.AddRequestValidator<CurationRequest, JobRequestValidator<CurationRequest>>();

    /// <summary>Make training data out of samples of a policy.</summary>
    /// <remarks>
    /// The curation is stored with its rows before the answer, and goes on whatever happens to this process: samples that are stored are never drawn
    /// again. With an Idempotency-Key, sending the request again gives the same curation. Follow it by <c>?wait=30</c> or by its events.
    /// </remarks>
    /// <response code="202">It is stored; Location says where.</response>
    /// <response code="400">The request is not valid, or a row of the dataset cannot be used.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="409">The Idempotency-Key belongs to another request.</response>
    /// <response code="413">The body is larger than the limit.</response>
    /// <response code="503">The policy or the job store cannot be used now; try again after Retry-After seconds.</response>
    public static async Task<Accepted<CurationResponse>> CreateCuration(
        CurationRequest request, [FromHeader(Name = "Idempotency-Key")][Description("Any text of yours, new for each curation.")] string? idempotencyKey, JobIntake intake, JobAccess jobs, CancellationToken cancellationToken)
    {
        await jobs.StoreAsync();
        var curation = new CurationResponse(await intake.SubmitAsync(request, string.IsNullOrEmpty(idempotencyKey) ? null : idempotencyKey, cancellationToken));
        return TypedResults.Accepted(curation.Links.Self, curation);
    }

    /// <summary>List the curations.</summary>
    /// <remarks>Newest first. Curations that are over are kept for <c>Jobs:RetentionDays</c>.</remarks>
    /// <response code="200">A page.</response>
    /// <response code="400">Cursor or limit is none.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Ok<CurationsResponse>> ListCurations([Description("The next_cursor of an earlier page.")] string? cursor, [Description("The most curations wanted, 1 to 100; 20 when absent.")] int? limit, JobAccess jobs, CancellationToken cancellationToken)
    {
        var (before, size) = JobFollowing.Page(cursor, limit);
        var page = await (await jobs.StoreAsync()).ListAsync(JobKind.Curation, before, size + 1, cancellationToken);
        return TypedResults.Ok(new CurationsResponse { Curations = [.. page.Take(size).Select(job => new CurationResponse(job))], NextCursor = page.Count > size ? page[size - 1].Sequence.ToString() : null });
    }

    /// <summary>Look at a curation, or wait for it.</summary>
    /// <remarks>How many rows were made is there when the status is succeeded.</remarks>
    /// <response code="200">How far it is.</response>
    /// <response code="400">The wait is no number of seconds from 0 on.</response>
    /// <response code="404">There is no such curation.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Ok<CurationResponse>> GetCuration([Description("The curation.")] string id, [Description("Seconds to wait for its end, at most 60; 0 when absent.")] int? wait, JobAccess jobs, TimeProvider time, HttpResponse response, CancellationToken cancellationToken)
    {
        var job = await jobs.WaitAsync(JobKind.Curation, id, wait ?? 0, time, cancellationToken);
        response.AddRetryAfter(job);
        return TypedResults.Ok(new CurationResponse(job));
    }

    /// <summary>Call a curation off.</summary>
    /// <remarks>What it has sampled stays readable. Calling off twice is the same as once.</remarks>
    /// <response code="202">It is cancelled; sampling stops at once here, and within moments on other replicas.</response>
    /// <response code="404">There is no such curation.</response>
    /// <response code="409">It has succeeded or failed already.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Accepted<CurationResponse>> CancelCuration([Description("The curation.")] string id, JobAccess jobs, CancellationToken cancellationToken)
    {
        var curation = new CurationResponse(await jobs.CancelAsync(JobKind.Curation, id, cancellationToken));
        return TypedResults.Accepted(curation.Links.Self, curation);
    }

    /// <summary>Follow a curation by server-sent events.</summary>
    /// <remarks>Events <c>progress</c> with the curation as it is, then one event <c>done</c>. Come back with Last-Event-ID to go on where you were; 204 says that you have seen the end.</remarks>
    /// <response code="200">A stream of events.</response>
    /// <response code="204">The event of that id was the last.</response>
    /// <response code="404">There is no such curation.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Results<ServerSentEventsResult<CurationResponse>, NoContent>> FollowCuration(
        [Description("The curation.")] string id, [FromHeader(Name = "Last-Event-ID")][Description("The id of the last event that you have seen.")] string? lastEventId, JobAccess jobs, TimeProvider time, CancellationToken cancellationToken) =>
        await jobs.EventsAsync(JobKind.Curation, id, lastEventId, job => new CurationResponse(job), time, cancellationToken) is { } events ? TypedResults.ServerSentEvents(events) : TypedResults.NoContent();

    /// <summary>Read the data, also while samples are drawn.</summary>
    /// <remarks>NDJSON in the form asked for: sft_messages <c>{"messages"}</c>, sft_text <c>{"prompt", "completion"}</c>, preference_pairs <c>{"prompt", "chosen", "rejected"}</c>. It follows from the samples that are there.</remarks>
    /// <response code="200">The data from the samples that are there.</response>
    /// <response code="404">There is no such curation.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<PushStreamHttpResult> GetCurationResults([Description("The curation.")] string id, JobAccess jobs, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(JobKind.Curation, id, cancellationToken);
        return JobFollowing.Ndjson(CurationReports.ReadLinesAsync(await jobs.StoreAsync(), job, cancellationToken), cancellationToken);
    }

    /// <summary>Read the report.</summary>
    /// <remarks>How many samples were kept, and how many were left out for which reason, as JSON (with <c>schema_version</c>) or Markdown.</remarks>
    /// <response code="200">The report.</response>
    /// <response code="404">There is no such curation.</response>
    /// <response code="409">It has not succeeded, or not yet.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<ContentHttpResult> GetCurationReport([Description("The curation.")] string id, [Description("json (the default) or markdown.")] string? format, JobAccess jobs, CancellationToken cancellationToken)
    {
        var json = await jobs.ReportAsync(JobKind.Curation, id, cancellationToken);
        return format switch
        {
            null or "json" => TypedResults.Content(json, "application/json"),
            "markdown" => TypedResults.Content(CurationMarkdown.Write(JobJson.Read<CurationReport>(json)), "text/markdown; charset=utf-8"),
            _ => throw new JobRequestException("format", $"'{format}' is not known; there are json and markdown."),
        };
    }
}
