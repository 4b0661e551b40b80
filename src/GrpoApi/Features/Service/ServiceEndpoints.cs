using System.Reflection;
using Grpo.Engines;
using Grpo.OnnxRuntime;
using GrpoApi.Features.Policies;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Service;

/// <summary>Whether the service runs, and what it is.</summary>
public static class ServiceEndpoints
{
    private const string Tag = "6 Service";

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapService(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", GetLiveness).WithName("GetLiveness").WithTags(Tag);
        routes.MapGet("/health/ready", GetReadiness).WithName("GetReadiness").WithTags(Tag).Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/health", GetReadiness).WithName("GetHealth").WithTags(Tag).Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/info", GetInfo).WithName("GetInfo").WithTags(Tag).RequireAuthorization().ProducesProblem(StatusCodes.Status401Unauthorized);
        return routes;
    }

    /// <summary>Whether the process answers.</summary>
    /// <remarks>200 as long as the web server runs, whatever the policies do. For an orchestrator's liveness probe.</remarks>
    /// <response code="200">The process answers.</response>
    public static Ok GetLiveness() => TypedResults.Ok();

    /// <summary>Whether the default policy can be used.</summary>
    /// <remarks>Trainers poll this before their first rollout. 503 while it loads, and when it could not be loaded; the body says which and why.</remarks>
    /// <response code="200">The default policy is loaded.</response>
    /// <response code="503">It is loading, or could not be loaded.</response>
    public static Results<Ok<HealthResponse>, JsonHttpResult<HealthResponse>> GetReadiness(PolicyCatalog policies)
    {
        var states = policies.States();
        var health = new HealthResponse
        {
            Status = states.FirstOrDefault(state => state.Name == policies.DefaultName)?.Status ?? PolicyStatus.Loading,
            Policies = [.. states.Select(state => new PolicyHealth { Name = state.Name, Status = state.Status, Reason = state.Reason })],
        };
        return health.Status == PolicyStatus.Ready ? TypedResults.Ok(health) : TypedResults.Json(health, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>What the service is, what it allows, and its policies.</summary>
    /// <remarks>Trainers size their batches by <c>limits</c>.</remarks>
    /// <response code="200">Version, limits and policies.</response>
    /// <response code="401">Keys are configured and none was presented.</response>
    public static Ok<InfoResponse> GetInfo(PolicyCatalog policies, IOptions<LimitsOptions> limits) => TypedResults.Ok(new InfoResponse
    {
        Name = "GrpoApi",
        Version = Version,
        OnnxruntimeVersion = OrtEnv.Version,
        DefaultPolicy = policies.DefaultName,
        Limits = limits.Value,
        Policies = [.. policies.List().Select(PolicyDescription.Of)],
    });

    /// <summary>The version of the service.</summary>
    internal static string Version { get; } =
        typeof(ServiceEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
