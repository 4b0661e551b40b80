using System.ComponentModel;
using Grpo.Jobs;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using GrpoApi.Features.Jobs;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GrpoApi.Features.Evaluations;

/// <summary>How good is a policy on a dataset, as a durable job.</summary>
public static class EvaluationsEndpoints
{
    private const string Tag = "7 Evaluations";
    private const string ExampleId = "0199c3f2a8d07a5c8c1f6d3e5b2a9f10";

    private const string Example = """
        {
          "name": "sums",
          "dataset": {"rows": [{"question": "What is 37 + 58?", "answer": "95"}, {"question": "What is 12 + 7?", "answer": "19"}]},
          "prompt": {"messages": [{"role": "user", "content": "{question}"}]}, "reference": {"answer": "{answer}"},
          "samples_per_prompt": 4, "sampling": {"temperature": 0.6, "max_tokens": 128, "seed": 7},
          "rewards": [{"name": "accuracy"}],
          "metrics": ["pass@1", "pass@4", "maj@4", "mean_reward"],
          "gates": [{"metric": "pass@1", "min": 0.4}]
        }
        """;

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapEvaluations(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/evaluations", CreateEvaluation).WithName("CreateEvaluation").WithTags(Tag).ProducesPolicyProblems()
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge).WithRequestValidation<EvaluationRequest>().WithRequestExample(Example);
        routes.MapGet("/evaluations", ListEvaluations).WithName("ListEvaluations").WithTags(Tag).ProducesProblem(StatusCodes.Status503ServiceUnavailable).ProducesValidationProblem();
        routes.MapGet("/evaluations/{id}", GetEvaluation).WithName("GetEvaluation").WithTags(Tag).ForJob().ProducesValidationProblem();
        routes.MapDelete("/evaluations/{id}", CancelEvaluation).WithName("CancelEvaluation").WithTags(Tag).ForJob().ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapGet("/evaluations/{id}/events", FollowEvaluation).WithName("FollowEvaluation").WithTags(Tag).ForJob();
        routes.MapGet("/evaluations/{id}/results", GetEvaluationResults).WithName("GetEvaluationResults").WithTags(Tag).ForJob().Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson");
        routes.MapGet("/evaluations/{id}/report", GetEvaluationReport).WithName("GetEvaluationReport").WithTags(Tag).ForJob()
            .ProducesProblem(StatusCodes.Status409Conflict).Produces(StatusCodes.Status200OK, contentType: "application/json", additionalContentTypes: ["application/xml", "text/markdown"]);
        return routes;
    }

    /// <summary>Registers the validator.</summary>
    public static IServiceCollection AddEvaluationRequests(this IServiceCollection services) =>
        services.AddRequestValidator<EvaluationRequest, JobRequestValidator<EvaluationRequest>>();

    internal static RouteHandlerBuilder ForJob(this RouteHandlerBuilder builder) => builder
        .WithParameterExample("id", ExampleId).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>Evaluate a policy on a dataset.</summary>
    /// <remarks>
    /// The evaluation is stored with its rows before the answer, and goes on whatever happens to this process: samples that are stored are never drawn
    /// again. With an Idempotency-Key, sending the request again gives the same evaluation. Follow it by <c>?wait=30</c> or by its events.
    /// </remarks>
    /// <response code="202">It is stored; Location says where.</response>
    /// <response code="400">The request is not valid, a row of the dataset cannot be used, or the baseline cannot be compared.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="409">The Idempotency-Key belongs to another request.</response>
    /// <response code="413">The body is larger than the limit.</response>
    /// <response code="503">The policy or the job store cannot be used now; try again after Retry-After seconds.</response>
    public static async Task<Accepted<EvaluationResponse>> CreateEvaluation(
        EvaluationRequest request, [FromHeader(Name = "Idempotency-Key")][Description("Any text of yours, new for each evaluation.")] string? idempotencyKey, JobIntake intake, JobAccess jobs, CancellationToken cancellationToken)
    {
        await jobs.StoreAsync();
        var evaluation = new EvaluationResponse(await intake.SubmitAsync(request, string.IsNullOrEmpty(idempotencyKey) ? null : idempotencyKey, cancellationToken));
        return TypedResults.Accepted(evaluation.Links.Self, evaluation);
    }

    /// <summary>List the evaluations.</summary>
    /// <remarks>Newest first. Evaluations that are over are kept for <c>Jobs:RetentionDays</c>.</remarks>
    /// <response code="200">A page.</response>
    /// <response code="400">Cursor or limit is none.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Ok<EvaluationsResponse>> ListEvaluations([Description("The next_cursor of an earlier page.")] string? cursor, [Description("The most evaluations wanted, 1 to 100; 20 when absent.")] int? limit, JobAccess jobs, CancellationToken cancellationToken)
    {
        var (before, size) = JobFollowing.Page(cursor, limit);
        var page = await (await jobs.StoreAsync()).ListAsync(JobKind.Evaluation, before, size + 1, cancellationToken);
        return TypedResults.Ok(new EvaluationsResponse { Evaluations = [.. page.Take(size).Select(job => new EvaluationResponse(job))], NextCursor = page.Count > size ? page[size - 1].Sequence.ToString() : null });
    }

    /// <summary>Look at an evaluation, or wait for it.</summary>
    /// <remarks>Metrics, gates and the verdict are there when the status is succeeded.</remarks>
    /// <response code="200">How far it is.</response>
    /// <response code="400">The wait is no number of seconds from 0 on.</response>
    /// <response code="404">There is no such evaluation.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Ok<EvaluationResponse>> GetEvaluation([Description("The evaluation.")] string id, [Description("Seconds to wait for its end, at most 60; 0 when absent.")] int? wait, JobAccess jobs, TimeProvider time, HttpResponse response, CancellationToken cancellationToken)
    {
        var job = await jobs.WaitAsync(JobKind.Evaluation, id, wait ?? 0, time, cancellationToken);
        response.AddRetryAfter(job);
        return TypedResults.Ok(new EvaluationResponse(job));
    }

    /// <summary>Call an evaluation off.</summary>
    /// <remarks>What it has sampled stays readable. Calling off twice is the same as once.</remarks>
    /// <response code="202">It is cancelled; sampling stops at once here, and within moments on other replicas.</response>
    /// <response code="404">There is no such evaluation.</response>
    /// <response code="409">It has succeeded or failed already.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Accepted<EvaluationResponse>> CancelEvaluation([Description("The evaluation.")] string id, JobAccess jobs, CancellationToken cancellationToken)
    {
        var evaluation = new EvaluationResponse(await jobs.CancelAsync(JobKind.Evaluation, id, cancellationToken));
        return TypedResults.Accepted(evaluation.Links.Self, evaluation);
    }

    /// <summary>Follow an evaluation by server-sent events.</summary>
    /// <remarks>Events <c>progress</c> with the evaluation as it is, then one event <c>done</c>. Come back with Last-Event-ID to go on where you were; 204 says that you have seen the end.</remarks>
    /// <response code="200">A stream of events.</response>
    /// <response code="204">The event of that id was the last.</response>
    /// <response code="404">There is no such evaluation.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<Results<ServerSentEventsResult<EvaluationResponse>, NoContent>> FollowEvaluation(
        [Description("The evaluation.")] string id, [FromHeader(Name = "Last-Event-ID")][Description("The id of the last event that you have seen.")] string? lastEventId, JobAccess jobs, TimeProvider time, CancellationToken cancellationToken) =>
        await jobs.EventsAsync(JobKind.Evaluation, id, lastEventId, job => new EvaluationResponse(job), time, cancellationToken) is { } events ? TypedResults.ServerSentEvents(events) : TypedResults.NoContent();

    /// <summary>Read the samples, also while they are drawn.</summary>
    /// <remarks>NDJSON, one sample per line in the order of prompts and samples, with the same flat columns in every line, as <c>datasets.load_dataset("json")</c> reads them: prompt_index, sample_index, prompt, completion, reward, correct, finish_reason, token_count, policy, policy_version, error, and score_{name} and reason_{name} of each reward.</remarks>
    /// <response code="200">The samples that are there.</response>
    /// <response code="404">There is no such evaluation.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<PushStreamHttpResult> GetEvaluationResults([Description("The evaluation.")] string id, JobAccess jobs, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(JobKind.Evaluation, id, cancellationToken);
        return JobFollowing.Ndjson(SampleLines.ReadAsync(await jobs.StoreAsync(), job, cancellationToken), cancellationToken);
    }

    /// <summary>Read the report.</summary>
    /// <remarks>JSON (with <c>schema_version</c>; give it as <c>baseline</c> of a later evaluation), JUnit XML with one test case per gate, or Markdown for the summary of a CI job.</remarks>
    /// <response code="200">The report.</response>
    /// <response code="404">There is no such evaluation.</response>
    /// <response code="409">It has not succeeded, or not yet.</response>
    /// <response code="503">The job store cannot be used now.</response>
    public static async Task<ContentHttpResult> GetEvaluationReport([Description("The evaluation.")] string id, [Description("json (the default), junit or markdown.")] string? format, JobAccess jobs, CancellationToken cancellationToken)
    {
        var json = await jobs.ReportAsync(JobKind.Evaluation, id, cancellationToken);
        return format switch
        {
            null or "json" => TypedResults.Content(json, "application/json"),
            "junit" => TypedResults.Content(EvaluationJunit.Write(JobJson.Read<EvaluationReport>(json)), "application/xml"),
            "markdown" => TypedResults.Content(EvaluationMarkdown.Write(JobJson.Read<EvaluationReport>(json)), "text/markdown; charset=utf-8"),
            _ => throw new JobRequestException("format", $"'{format}' is not known; there are json, junit and markdown."),
        };
    }
}
