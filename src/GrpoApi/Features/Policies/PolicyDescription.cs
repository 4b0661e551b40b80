using Grpo.Engines;
using Grpo.Rollouts;

namespace GrpoApi.Features.Policies;

/// <summary>The loaded policies.</summary>
public sealed record PoliciesResponse
{
    /// <summary>The loaded policies, by name.</summary>
    public required IReadOnlyList<PolicyDescription> Policies { get; init; }
}

/// <summary>One loaded policy.</summary>
public sealed record PolicyDescription
{
    /// <summary>The name that requests give as <c>policy</c>.</summary>
    /// <example>tiny-r1</example>
    public required string Name { get; init; }

    /// <summary>Where it runs: onnx (in this process) or remote.</summary>
    /// <example>onnx</example>
    public required string Engine { get; init; }

    /// <summary>The execution provider in use.</summary>
    /// <example>CPU</example>
    public required string Provider { get; init; }

    /// <summary>Element type of the weights.</summary>
    /// <example>float32</example>
    public required string Dtype { get; init; }

    /// <summary>Version of the weights in use; 1 is what was loaded.</summary>
    public required int Version { get; init; }

    /// <summary>The versions that can be asked for as <c>name@version</c>.</summary>
    public required IReadOnlyList<int> Versions { get; init; }

    /// <summary>The snapshots that can be asked for as <c>name@snapshot</c>.</summary>
    public required IReadOnlyList<string> Snapshots { get; init; }

    /// <summary>Number of tokens; token ids are in [0, vocab_size).</summary>
    public required int VocabSize { get; init; }

    /// <summary>The most tokens of a prompt and its completion together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Number of weights.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Tokens that end a completion.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>What it can be asked to do.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>What bounds its work.</summary>
    public required PolicyLimits Limits { get; init; }

    /// <summary>What it is doing now.</summary>
    public required SequenceLoad Load { get; init; }

    internal static PolicyDescription Of(IPolicy policy) => Of(policy.Info, policy.Load, policy as IVersionedPolicy, Capable(policy));

    private static List<string> Capable(IPolicy policy)
    {
        List<string> capabilities = ["rollouts", "tokenize", "detokenize"];
        if (policy is IScoringPolicy) capabilities.Add("logprobs");
        if (policy is IVersionedPolicy { UpdateRefusal: null }) capabilities.Add("weights");
        if (policy is IVersionedPolicy) capabilities.Add("snapshots");
        return capabilities;
    }

    private static PolicyDescription Of(PolicyInfo policy, PolicyLoad load, IVersionedPolicy? versions, IReadOnlyList<string> capabilities) => new()
    {
        Name = policy.Name,
        Engine = policy.Engine,
        Provider = policy.Provider,
        Dtype = policy.Dtype,
        Version = policy.Version,
        Versions = versions?.Versions ?? [policy.Version],
        Snapshots = [.. versions?.Snapshots.Keys.Order() ?? Enumerable.Empty<string>()],
        VocabSize = policy.VocabSize,
        ContextLength = policy.ContextLength,
        ParameterCount = policy.ParameterCount,
        EosTokenIds = policy.EosTokenIds,
        Capabilities = capabilities,
        Limits = new PolicyLimits { MaxSequences = policy.MaxSequences },
        Load = new SequenceLoad { ActiveSequences = load.ActiveSequences, QueuedSequences = load.QueuedSequences },
    };
}

/// <summary>What bounds the work of a policy.</summary>
public sealed record PolicyLimits
{
    /// <summary>The most sequences decoded together; further ones wait their turn.</summary>
    public required int MaxSequences { get; init; }
}

/// <summary>What a policy is doing at the moment of the answer.</summary>
public sealed record SequenceLoad
{
    /// <summary>Sequences decoded together.</summary>
    public required int ActiveSequences { get; init; }

    /// <summary>Sequences waiting for their turn.</summary>
    public required int QueuedSequences { get; init; }
}
