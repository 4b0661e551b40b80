using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace GrpoApi.Http;

/// <summary>Marks operations whose clients read problems in another form than <c>application/problem+json</c>.</summary>
internal interface IProblemForm
{
    /// <summary>The form that a request's operation asks for; null for problem+json.</summary>
    static IProblemForm? For(HttpContext http) => (http.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? http.GetEndpoint())?.Metadata.GetMetadata<IProblemForm>();

    /// <summary>The same problem in that form, to be written as JSON.</summary>
    object Of(ProblemDetails problem);
}
