using System.ComponentModel;
using Grpo.Engines;
using Grpo.Rollouts;
using GrpoApi.Features.Policies.Weights;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Policies.Snapshots;

/// <summary>Versions of a policy's weights that stay, such as the reference of the KL term.</summary>
public static class SnapshotEndpoints
{
    private const string Tag = "5 Policies";
    private const string Example = "tiny-r1";

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapSnapshots(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/policies/{name}/snapshots", CreateSnapshot).WithName("CreateSnapshot").WithTags(Tag).WithParameterExample("name", Example).ProducesPolicyProblems()
            .ProducesProblem(StatusCodes.Status409Conflict).WithRequestValidation<CreateSnapshotRequest>().WithRequestExample("""{"name": "reference"}""");
        routes.MapDelete("/policies/{name}/snapshots/{snapshot}", DeleteSnapshot).WithName("DeleteSnapshot").WithTags(Tag)
            .WithParameterExample("name", Example).WithParameterExample("snapshot", "reference").ProducesPolicyProblems().ProducesProblem(StatusCodes.Status409Conflict);
        return routes;
    }

    /// <summary>Keep a version of the weights under a name.</summary>
    /// <remarks>
    /// <c>policy@snapshot</c> then names that version wherever a policy is named, whatever updates come. A snapshot copies nothing: it is the version itself,
    /// which stays in memory as long as a snapshot keeps it.
    /// </remarks>
    /// <response code="201">The snapshot is there.</response>
    /// <response code="400">The name is none, or there is no such version.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="409">A snapshot has that name already, there are as many as there may be (Policies:{name}:MaxSnapshots), or the policy keeps no versions.</response>
    /// <response code="503">The policy is loading, or could not be loaded.</response>
    public static Created<SnapshotDescription> CreateSnapshot([Description("The policy's name, such as tiny-r1.")] string name, CreateSnapshotRequest request, PolicyCatalog policies)
    {
        var policy = policies.Get(name).Versioned();
        return policy.CreateSnapshot(request.Name, request.Version) is { } version
            ? TypedResults.Created($"/v1/policies/{name}/snapshots/{request.Name}", new SnapshotDescription { Name = request.Name, PolicyVersion = version })
            : throw RequestValidation.Invalid("version", $"There is no version {request.Version} any more; there is {string.Join(", ", policy.Versions)}.");
    }

    /// <summary>End a snapshot.</summary>
    /// <remarks>Requests that run on it finish. Its version goes when it is not the current one and no other snapshot keeps it.</remarks>
    /// <response code="204">The snapshot is gone.</response>
    /// <response code="404">No policy or no snapshot has that name.</response>
    /// <response code="409">The policy keeps no versions.</response>
    /// <response code="503">The policy is loading, or could not be loaded.</response>
    public static NoContent DeleteSnapshot([Description("The policy's name, such as tiny-r1.")] string name, [Description("The snapshot's name.")] string snapshot, PolicyCatalog policies) =>
        policies.Get(name).Versioned().DeleteSnapshot(snapshot) ? TypedResults.NoContent() : throw new PolicyNotFoundException($"{name}@{snapshot}");
}
