using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace GrpoApi.Http;

/// <summary>Writes every problem of this service as <c>application/problem+json</c>, whatever the request accepts; where the operation asks for another <see cref="IProblemForm"/>, in that.</summary>
internal sealed class ProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        var status = problem.Status ??= http.Response.StatusCode;
        if (problem.Type?.StartsWith(ProblemCatalog.TypePrefix, StringComparison.Ordinal) != true)
        {
            (problem.Type, problem.Title) = problem is HttpValidationProblemDetails ? (ProblemCatalog.Validation, "The request is not valid.") : ProblemCatalog.Of(status);
        }

        problem.Extensions.Remove("traceId");
        problem.Extensions["trace_id"] = Activity.Current?.Id ?? http.TraceIdentifier;
        http.Response.StatusCode = status;
        if (IProblemForm.For(http)?.Of(problem) is { } inItsForm)
        {
            await http.Response.WriteAsJsonAsync(inItsForm, inItsForm.GetType(), JsonConventions.Options, http.RequestAborted);
            return;
        }

        await http.Response.WriteAsJsonAsync(problem, problem.GetType(), JsonConventions.Options, "application/problem+json", http.RequestAborted);
    }
}
