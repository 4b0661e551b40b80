using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Service;

/// <summary>Whether the service runs, and what it is.</summary>
public static class ServiceEndpoints
{
    /// <summary>Maps the health checks.</summary>
    public static IEndpointRouteBuilder MapService(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", GetLiveness).WithName("GetLiveness").WithTags("6 Service");
        return routes;
    }

    /// <summary>Whether the process answers.</summary>
    /// <remarks>200 as long as the web server runs, whatever the policies do. For an orchestrator's liveness probe.</remarks>
    /// <response code="200">The process answers.</response>
    public static Ok GetLiveness() => TypedResults.Ok();
}
