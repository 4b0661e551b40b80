using System.ComponentModel;
using System.Text.Json;
using Grpo.Engines;
using Grpo.Engines.Weights;
using Grpo.Rollouts;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GrpoApi.Features.Policies.Weights;

/// <summary>A trainer's new weights become the policy's next version.</summary>
public static class WeightEndpoints
{
    private const string Tag = "5 Policies";
    private const string Example = "tiny-r1";

    /// <summary>Maps the operations.</summary>
    public static IEndpointRouteBuilder MapWeights(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/policies/{name}/parameters", ListParameters).WithName("ListParameters").WithTags(Tag).WithParameterExample("name", Example).ProducesPolicyProblems();
        routes.MapPost("/policies/{name}/weights", UpdateWeights).WithName("UpdateWeights").WithTags(Tag).WithParameterExample("name", Example).ProducesPolicyProblems()
            .Accepts<UpdateWeightsRequest>(SafetensorsMedia.Type, SafetensorsMedia.Json).WithRequestExample("""{"path": "step-20/model.safetensors"}""")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        return routes;
    }

    /// <summary>What a weight update may send.</summary>
    /// <remarks>
    /// The names, types and shapes of the model's own tensors, and the other names under which they may be sent: those that the model has in Hugging Face's
    /// libraries, where the graph's names and nodes, or the values of a <c>model.safetensors</c> in its folder, say which is which.
    /// </remarks>
    /// <response code="200">The parameters.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="503">It is loading, or could not be loaded.</response>
    public static Ok<ParametersResponse> ListParameters([Description("The policy's name, such as tiny-r1.")] string name, PolicyCatalog policies)
    {
        var policy = policies.Get(name).Versioned();
        return TypedResults.Ok(new ParametersResponse { Parameters = [.. policy.Parameters.Select(ParameterDescription.Of)], UpdateRefusal = policy.UpdateRefusal });
    }

    /// <summary>Replace weights of a running policy.</summary>
    /// <remarks>
    /// The body is a safetensors file with some or all parameters, or JSON with the path of one. Everything is checked first: names, shapes, types, finite
    /// values, and a forward pass with the new weights. A matrix that the graph holds under a Linear layer's own name may come transposed, as the layer keeps it,
    /// if all such matrices of the file do. If anything is wrong nothing changes, and neither does it when the client goes away in the middle.
    /// Then the new version takes over: wait lets running sequences finish before, abort ends them with finish_reason cancelled, in_flight lets them
    /// finish on the old version while new sequences already get the new one. Every completion says which version sampled it.
    /// Updates of one policy happen one after the other.
    /// </remarks>
    /// <response code="200">The new version is in use.</response>
    /// <response code="400">A name, shape, type or value is wrong, or the file is cut off; nothing has changed.</response>
    /// <response code="404">No policy has that name.</response>
    /// <response code="409">The weights of this policy cannot be replaced, because they are quantized or elsewhere.</response>
    /// <response code="415">The body is neither safetensors nor JSON.</response>
    /// <response code="503">The policy is loading, could not be loaded, or is being unloaded.</response>
    public static async Task<Ok<UpdateWeightsResponse>> UpdateWeights(
        [Description("The policy's name, such as tiny-r1.")] string name,
        HttpContext http,
        PolicyCatalog policies,
        WeightFiles files,
        TimeProvider time,
        [Description("What happens to running sequences: wait, abort or in_flight. The default value is wait.")][FromQuery(Name = "mode")] string? mode = null)
    {
        var started = time.GetTimestamp();
        var policy = policies.Get(name).Versioned();
        var chosen = ReadMode(mode);
        var (file, length) = await OpenAsync(http, files);
        await using (file)
        {
            var update = await policy.UpdateWeightsAsync(file, length, chosen, http.RequestAborted);
            return TypedResults.Ok(new UpdateWeightsResponse { PolicyVersion = update.Version, Updated = update.Updated, DurationMs = time.GetElapsedTime(started).TotalMilliseconds });
        }
    }

    /// <summary>A policy as one whose weights can be replaced.</summary>
    /// <exception cref="WeightsRefusedException">It is none.</exception>
    internal static IVersionedPolicy Versioned(this IPolicy policy) =>
        policy as IVersionedPolicy ?? throw new WeightsRefusedException($"The weights of '{policy.Info.Name}' ({policy.Info.Engine}) are not kept here.");

    private static WeightUpdateMode ReadMode(string? mode) => mode switch
    {
        null or "wait" => WeightUpdateMode.Wait,
        "abort" => WeightUpdateMode.Abort,
        "in_flight" => WeightUpdateMode.InFlight,
        _ => throw RequestValidation.Invalid("mode", $"Must be wait, abort or in_flight, not '{mode}'."),
    };

    private static async Task<(Stream File, long? Length)> OpenAsync(HttpContext http, WeightFiles files)
    {
        if (SafetensorsMedia.IsSent(http.Request))
        {
            // The parameters bound the file: its header is checked before any data is read.
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
            return (http.Request.Body, http.Request.ContentLength);
        }

        if (!http.Request.HasJsonContentType()) throw new BadHttpRequestException($"The content type must be {SafetensorsMedia.Json} or {SafetensorsMedia.Type}.", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            var request = await http.Request.ReadFromJsonAsync<UpdateWeightsRequest>(http.RequestAborted) ?? throw new BadHttpRequestException("The request has no JSON body.");
            var file = files.Open(request.Path);
            return (file, file.Length);
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException(exception.Message, StatusCodes.Status400BadRequest, exception);
        }
    }
}
