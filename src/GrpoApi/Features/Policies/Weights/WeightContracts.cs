using System.Text.Json.Serialization;
using Grpo.Engines;
using Grpo.Engines.Weights;

namespace GrpoApi.Features.Policies.Weights;

/// <summary>What a weight update may send.</summary>
public sealed record ParametersResponse
{
    /// <summary>The parameters in the model's order; empty when the weights cannot be replaced.</summary>
    public required IReadOnlyList<ParameterDescription> Parameters { get; init; }

    /// <summary>Why the weights cannot be replaced; null when they can.</summary>
    public required string? UpdateRefusal { get; init; }
}

/// <summary>A tensor that training changes.</summary>
public sealed record ParameterDescription
{
    /// <summary>Its name in a weight update.</summary>
    /// <example>model.embed_tokens.weight</example>
    public required string Name { get; init; }

    /// <summary>The element type in safetensors' words: F32, F16, BF16 or F64.</summary>
    /// <example>F32</example>
    public required string Dtype { get; init; }

    /// <summary>Its dimensions.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Other names under which it may be sent, such as the one it has in Hugging Face's libraries; absent when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OtherNameDescription>? OtherNames { get; init; }

    internal static ParameterDescription Of(PolicyParameter parameter) => new()
    {
        Name = parameter.Name,
        Dtype = parameter.Dtype.NameOf(),
        Shape = parameter.Shape,
        OtherNames = parameter.OtherNames.Count == 0 ? null : [.. parameter.OtherNames.Select(other => new OtherNameDescription { Name = other.Name, Shape = other.Shape, Transposed = other.IsTransposed })],
    };
}

/// <summary>Another name of a parameter.</summary>
public sealed record OtherNameDescription
{
    /// <summary>The name.</summary>
    /// <example>model.layers.0.self_attn.q_proj.weight</example>
    public required string Name { get; init; }

    /// <summary>The shape in which it is sent under that name.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Whether that is the transposed one, as Linear layers keep their weights.</summary>
    public required bool Transposed { get; init; }
}

/// <summary>New weights that lie in a file of the server.</summary>
public sealed record UpdateWeightsRequest
{
    /// <summary>A safetensors file below the configured <c>Weights:Root</c>, relative to it.</summary>
    /// <example>step-20/model.safetensors</example>
    public required string Path { get; init; }
}

/// <summary>What a weight update did.</summary>
public sealed record UpdateWeightsResponse
{
    /// <summary>The version that new sequences get from now on.</summary>
    public required int PolicyVersion { get; init; }

    /// <summary>The parameters that were replaced.</summary>
    public required IReadOnlyList<string> Updated { get; init; }

    /// <summary>From the request to the new version being in use, waiting for running sequences included.</summary>
    /// <value>Milliseconds.</value>
    public required double DurationMs { get; init; }
}
