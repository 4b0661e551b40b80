using Grpo.Engines.Onnx.Scheduling;
using Grpo.Rollouts;

namespace Grpo.Engines;

/// <summary>A policy that counts what it does.</summary>
public interface IMeasuredPolicy : IPolicy
{
    /// <summary>What it has done, and what it holds now.</summary>
    PolicyMeasurements Measure();
}

/// <summary>What a policy has done since it was loaded, and what it holds now.</summary>
public sealed record PolicyMeasurements
{
    /// <summary>What the decode loop has done.</summary>
    public required DecodeTotals Totals { get; init; }

    /// <summary>Requests that have sequences yet to start.</summary>
    public required int WaitingRequests { get; init; }

    /// <summary>Bytes of key-value cache in use.</summary>
    public required long KvCacheBytes { get; init; }

    /// <summary>Bytes of key-value cache that sequences may use.</summary>
    public required long KvCacheLimitBytes { get; init; }
}
