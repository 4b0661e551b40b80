using System.Text.Json.Serialization;
using Grpo.Engines;
using GrpoApi.Features.Policies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>The policies as OpenAI's API lists models.</summary>
public static class ModelsEndpoint
{
    /// <summary>The policies, as models.</summary>
    /// <remarks>What may be sent as <c>model</c>: the name of a policy; <c>name@version</c> and <c>name@snapshot</c> work as well.</remarks>
    /// <response code="200">The models.</response>
    public static Ok<ModelList> ListModels(PolicyCatalog policies, TimeProvider time)
    {
        var created = time.GetUtcNow().ToUnixTimeSeconds();
        return TypedResults.Ok(new ModelList
        {
            Data = [.. policies.List().Select(policy => new ModelDescription { Id = policy.Info.Name, Created = created, MaxModelLen = policy.Info.ContextLength })],
        });
    }
}

/// <summary>The models.</summary>
public sealed record ModelList
{
    /// <summary>Always list.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; init; } = "list";

    /// <summary>The models by name.</summary>
    public required IReadOnlyList<ModelDescription> Data { get; init; }
}

/// <summary>One model.</summary>
public sealed record ModelDescription
{
    /// <summary>The policy's name.</summary>
    /// <example>tiny-r1</example>
    public required string Id { get; init; }

    /// <summary>Always model.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; init; } = "model";

    /// <summary>The time of the answer, seconds since 1970: policies have no date of their own.</summary>
    public required long Created { get; init; }

    /// <summary>Always grpoapi.</summary>
    public string OwnedBy { get; init; } = "grpoapi";

    /// <summary>The most tokens of a prompt and its completion together (vLLM's field).</summary>
    public required int MaxModelLen { get; init; }
}
