using Grpo.Engines.Onnx;
using Grpo.Rollouts;

namespace Grpo.Engines;

/// <summary>Makes a policy from its source.</summary>
public interface IPolicyLoader
{
    /// <summary>Loads a policy; it can be used when this returns.</summary>
    /// <exception cref="ModelLoadException">The source cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<IPolicy> LoadAsync(PolicySource source, CancellationToken cancellationToken);
}

/// <summary>Where a policy comes from and what it may use.</summary>
public sealed record PolicySource
{
    /// <summary>The policy's name.</summary>
    public required string Name { get; init; }

    /// <summary>The model folder, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Execution providers, tried in this order.</summary>
    /// <value>CUDA, WebGPU or CPU. The default value is all three.</value>
    public IReadOnlyList<string> Providers { get; init; } = ["CUDA", "WebGPU", "CPU"];

    /// <summary>Which of the model's graphs, by its number format; null for the most exact one there is.</summary>
    /// <value>fp32, fp16, q8, int8, uint8, q4, q4f16, bnb4, ...</value>
    public string? Dtype { get; init; }

    /// <summary>The most sequences decoded together; null leaves it to the engine.</summary>
    /// <value>Sequences, at least 1.</value>
    public int? MaxSequences { get; init; }

    /// <summary>Memory for the keys and values of attention; null leaves it to the engine.</summary>
    /// <value>Bytes.</value>
    public long? KvCacheBytes { get; init; }

    /// <summary>The most snapshots; null leaves it to the engine.</summary>
    /// <value>Snapshots, at least 1.</value>
    public int? MaxSnapshots { get; init; }

    /// <summary>How sequences are decoded; null leaves it to the engine.</summary>
    public DecoderKind? Decoder { get; init; }

    /// <summary>Threads of one forward pass; null leaves it to the engine.</summary>
    /// <value>Threads, at least 1.</value>
    public int? Threads { get; init; }
}
