using System.Text.Json;
using System.Text.RegularExpressions;
using FluentValidation;
using Grpo.Engines;
using Grpo.Engines.Weights;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using Grpo.Rollouts;
using GrpoApi.Features.Datasets;
using GrpoApi.Features.Jobs;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace GrpoApi.Http;

/// <summary>Turns exceptions into problems; the only place that does.</summary>
internal sealed partial class ExceptionProblems(IProblemDetailsService problems, ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            LogClientGone(httpContext.Request.Path);
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        var problem = Describe(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError && exception is not (PolicyBusyException or PolicyUnavailableException))
        {
            LogFailure(exception, httpContext.Request.Method, httpContext.Request.Path);
        }

        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds(exception).ToString();
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem, Exception = exception });
    }

    private static ProblemDetails Describe(Exception exception) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } => Malformed(json),
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } http when UnreadableParameter().Match(http.Message) is { Success: true } unreadable =>
            Invalid(unreadable.Groups["name"].Value, $"'{unreadable.Groups["value"].Value}' cannot be read."),
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } => Invalid("$", "The request has no JSON body."),
        BadHttpRequestException http => Problem(http.StatusCode, null, http.Message),
        SafetensorsException tensors => Invalid(tensors.Field, tensors.Problem, ProblemCatalog.MalformedTensors, "The safetensors body cannot be used."),
        ValidationException validation => new HttpValidationProblemDetails(RequestValidation.ErrorsByPath(validation.Errors))
        {
            Status = StatusCodes.Status400BadRequest,
            Detail = RequestValidation.Summary(validation.Errors),
        },
        PolicyNotFoundException => Problem(StatusCodes.Status404NotFound, (ProblemCatalog.PolicyNotFound, "The policy is not known."), exception.Message),
        WeightsRefusedException => Problem(StatusCodes.Status409Conflict, (ProblemCatalog.WeightsRefused, "The weights cannot be replaced."), exception.Message),
        PolicyBusyException => Problem(StatusCodes.Status503ServiceUnavailable, (ProblemCatalog.PolicyBusy, "The policy is busy."), exception.Message),
        PolicyUnavailableException => Problem(StatusCodes.Status503ServiceUnavailable, null, exception.Message),
        JobRequestException job => RequestInvalid(job),
        JobNotFoundException => Problem(StatusCodes.Status404NotFound, (ProblemCatalog.JobNotFound, "The job is not known."), exception.Message),
        DatasetNotFoundException => Problem(StatusCodes.Status404NotFound, (ProblemCatalog.DatasetNotFound, "The dataset is not known."), exception.Message),
        JobStateException => Problem(StatusCodes.Status409Conflict, (ProblemCatalog.JobState, "The job's state does not allow this."), exception.Message),
        IdempotencyConflictException => Problem(StatusCodes.Status409Conflict, (ProblemCatalog.IdempotencyConflict, "The Idempotency-Key belongs to another request."), exception.Message),
        JobStoreException => Problem(StatusCodes.Status503ServiceUnavailable, (ProblemCatalog.JobStoreUnavailable, "The job store cannot be used now."), exception.Message),
        ChatTemplateException => Problem(StatusCodes.Status400BadRequest, (ProblemCatalog.ChatTemplate, "The chat template refused the messages."), exception.Message),
        _ => Problem(StatusCodes.Status500InternalServerError, null, "The trace_id finds the cause in the server's log."),
    };

    private static HttpValidationProblemDetails Malformed(JsonException exception)
    {
        var errors = JsonErrors.Describe(exception);
        return new HttpValidationProblemDetails(errors.ToDictionary(error => JsonErrors.Key(error.Path), error => new[] { error.Message }))
        {
            Type = ProblemCatalog.MalformedJson,
            Title = "The JSON body cannot be read.",
            Status = StatusCodes.Status400BadRequest,
            Detail = $"{errors[0].Path}: {errors[0].Message}",
        };
    }

    private static HttpValidationProblemDetails Invalid(string path, string message, string? type = null, string? title = null) => new(new Dictionary<string, string[]> { [path] = [message] })
    {
        Type = type,
        Title = title,
        Status = StatusCodes.Status400BadRequest,
        Detail = type is null ? message : $"{path}: {message}",
    };

    private static HttpValidationProblemDetails RequestInvalid(JobRequestException request) => new(request.Problems.GroupBy(problem => problem.Path).ToDictionary(group => group.Key, group => group.Select(problem => problem.Message).ToArray()))
    {
        Status = StatusCodes.Status400BadRequest,
        Detail = request.Message,
    };

    private static ProblemDetails Problem(int status, (string Type, string Title)? kind, string detail)
    {
        var (type, title) = kind ?? ProblemCatalog.Of(status);
        return new ProblemDetails { Type = type, Title = title, Status = status, Detail = detail };
    }

    private static int RetryAfterSeconds(Exception exception) =>
        exception is PolicyBusyException busy ? Math.Max(1, (int)Math.Ceiling(busy.RetryAfter.TotalSeconds)) : 1;

    [GeneratedRegex("^Failed to bind parameter \".* (?<name>\\w+)\" from \"(?<value>.*)\"", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex UnreadableParameter();

    [LoggerMessage(1, LogLevel.Debug, "The client left {Path} before the answer (499)")]
    private partial void LogClientGone(string path);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailure(Exception exception, string method, string path);
}
