using System.ComponentModel;
using Grpo.Engines;
using Grpo.Rollouts;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Policies.Loading;

/// <summary>Policies that come and go while the service runs.</summary>
public static class LoadingEndpoints
{
    private const string Tag = "5 Policies";

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapLoading(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/policies", LoadPolicy).WithName("LoadPolicy").WithTags(Tag).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .ProducesProblem(StatusCodes.Status409Conflict).WithRequestValidation<LoadPolicyRequest>().WithRequestExample("""{"name": "tiny", "path": "tiny-r1"}""");
        routes.MapDelete("/policies/{name}", UnloadPolicy).WithName("UnloadPolicy").WithTags(Tag).WithParameterExample("name", "tiny").ProducesPolicyProblems()
            .ProducesProblem(StatusCodes.Status409Conflict);
        return routes;
    }

    /// <summary>Load a model folder as a policy.</summary>
    /// <remarks>The folder lies below the configured models root. The answer comes when the policy can be used; meanwhile requests for it are told that it is loading.</remarks>
    /// <response code="201">The policy is loaded.</response>
    /// <response code="400">The path leads out of the models root, or the folder holds no model that can be loaded; errors say why.</response>
    /// <response code="409">A policy has that name.</response>
    /// <response code="503">The service is shutting down.</response>
    public static async Task<Created<PolicyDescription>> LoadPolicy(LoadPolicyRequest request, PolicyCatalog policies, IPolicyLoader loader, IConfiguration configuration, CancellationToken cancellationToken)
    {
        var path = ConfinedPath.Resolve(PolicySettings.RootOf(configuration), request.Path) ?? throw RequestValidation.Invalid("path", "Must be relative, and must not lead out of Models:Root.");
        if (!policies.TryAnnounce(request.Name)) throw new PolicyConflictException($"A policy is named '{request.Name}' already.");
        try
        {
            var source = new PolicySource { Name = request.Name, Path = path, Dtype = request.Dtype };
            var policy = await Task.Run(() => loader.LoadAsync(request.Providers is { } providers ? source with { Providers = providers } : source, cancellationToken), cancellationToken);
            policies.Add(policy);
            return TypedResults.Created($"/v1/policies/{request.Name}", PolicyDescription.Of(policy));
        }
        catch (Exception exception)
        {
            await policies.RemoveAsync(request.Name);
            if (exception is ModelLoadException refused) throw RequestValidation.Invalid("path", refused.Message);
            throw;
        }
    }

    /// <summary>Unload a policy.</summary>
    /// <remarks>Its name is free at once. Requests that still run on it are told 503, that the policy has been unloaded. The default policy stays.</remarks>
    /// <response code="204">The policy is gone, and its memory given back.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="409">It is the default policy.</response>
    /// <response code="503">It is still loading.</response>
    public static async Task<NoContent> UnloadPolicy([Description("The policy's name, such as tiny.")] string name, PolicyCatalog policies)
    {
        if (name == policies.DefaultName) throw new PolicyConflictException($"'{name}' is the default policy, which stays.");
        policies.Get(name);
        await policies.RemoveAsync(name);
        return TypedResults.NoContent();
    }
}
