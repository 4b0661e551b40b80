using System.ComponentModel.DataAnnotations;

namespace Grpo.Engines.Onnx;

/// <summary>Bounds of one ONNX policy.</summary>
public sealed record OnnxPolicyOptions
{
    /// <summary>The most sequences decoded together.</summary>
    /// <value>Sequences. The default value is 256.</value>
    [Range(1, 4096)]
    public int MaxSequences { get; init; } = 256;

    /// <summary>The most memory of the key-value cache; a group waits while it does not fit.</summary>
    /// <value>Bytes. The default value is 1 GiB. While the cache grows, its old copy lives beside the new one.</value>
    [Range(1L << 20, 1L << 42)]
    public long KvCacheBytes { get; init; } = 1L << 30;

    /// <summary>Threads of one forward pass.</summary>
    /// <value>Threads; 0, the default, is one per core.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Where the forward passes run.</summary>
    /// <value>CPU, the default, CUDA or WebGPU.</value>
    public string Provider { get; init; } = "CPU";

    /// <summary>Which of a model folder's graphs is run, by its number format.</summary>
    /// <value>fp32, fp16, q8, int8, uint8, q4, q4f16, bnb4, ...; null, the default, is the most exact one there is.</value>
    public string? Dtype { get; init; }

    /// <summary>How sequences are decoded.</summary>
    /// <value>The default value is auto.</value>
    public DecoderKind Decoder { get; init; }

    /// <summary>The most sequences that may wait; a request beyond is refused as busy.</summary>
    /// <value>Sequences. The default value is 8192.</value>
    [Range(1, 1 << 20)]
    public int MaxQueuedSequences { get; init; } = 8192;

    /// <summary>The most snapshots. Each may keep a version of the weights in memory.</summary>
    /// <value>Snapshots. The default value is 8.</value>
    [Range(1, 1024)]
    public int MaxSnapshots { get; init; } = 8;

    /// <summary>Prompts kept after their last use, so that asking again need not read them again.</summary>
    /// <value>Tokens in all. The default value is 16384.</value>
    [Range(0, 1 << 30)]
    public int PrefixCacheTokens { get; init; } = 16384;
}
