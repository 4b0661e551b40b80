using Grpo.Engines;
using GrpoApi.Features.Policies;
using GrpoApi.Http;

namespace GrpoApi.Features.Service;

/// <summary>Whether the service can answer.</summary>
public sealed record HealthResponse
{
    /// <summary>ready, loading or failed: the state of the default policy.</summary>
    public required PolicyStatus Status { get; init; }

    /// <summary>Every configured policy.</summary>
    public required IReadOnlyList<PolicyHealth> Policies { get; init; }
}

/// <summary>How far one policy has come.</summary>
public sealed record PolicyHealth
{
    /// <summary>The policy's name.</summary>
    /// <example>tiny-r1</example>
    public required string Name { get; init; }

    /// <summary>ready, loading or failed.</summary>
    public required PolicyStatus Status { get; init; }

    /// <summary>Why it failed; null otherwise.</summary>
    public required string? Reason { get; init; }
}

/// <summary>What the service is.</summary>
public sealed record InfoResponse
{
    /// <summary>The service.</summary>
    /// <example>GrpoApi</example>
    public required string Name { get; init; }

    /// <summary>Its version.</summary>
    /// <example>0.1.0</example>
    public required string Version { get; init; }

    /// <summary>The version of ONNX Runtime in this process.</summary>
    /// <example>1.30.0</example>
    public required string OnnxruntimeVersion { get; init; }

    /// <summary>The policy meant when a request names none.</summary>
    /// <example>tiny-r1</example>
    public required string DefaultPolicy { get; init; }

    /// <summary>What one request may ask for.</summary>
    public required LimitsOptions Limits { get; init; }

    /// <summary>The loaded policies.</summary>
    public required IReadOnlyList<PolicyDescription> Policies { get; init; }
}
