using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace Grpo.Engines;

/// <summary>A policy whose weights can be replaced while it runs. Every replacement makes a version; versions can be pinned as snapshots.</summary>
public interface IVersionedPolicy : IPolicy
{
    /// <summary>What an update may send; empty when <see cref="UpdateRefusal"/> says why.</summary>
    IReadOnlyList<PolicyParameter> Parameters { get; }

    /// <summary>Why the weights cannot be replaced; null when they can.</summary>
    string? UpdateRefusal { get; }

    /// <summary>The versions that can be asked for: the current one and the pinned ones, from the oldest.</summary>
    IReadOnlyList<int> Versions { get; }

    /// <summary>The snapshots: the version of each, by its name.</summary>
    IReadOnlyDictionary<string, int> Snapshots { get; }

    /// <summary>Pins a version under a name, so that it stays.</summary>
    /// <param name="name">The snapshot's name, which must not be a number.</param>
    /// <param name="version">A version that can be asked for; null for the current one.</param>
    /// <returns>The version pinned; null when there is no such version.</returns>
    /// <exception cref="PolicyConflictException">A snapshot has that name, or there are as many as there may be.</exception>
    int? CreateSnapshot(string name, int? version);

    /// <summary>Ends a snapshot; false when none has that name. What runs on it finishes.</summary>
    bool DeleteSnapshot(string name);

    /// <summary>The policy in one version.</summary>
    /// <param name="version">A version's number, or the name of a snapshot.</param>
    /// <returns>A view that samples from that version; null when there is no such version any more.</returns>
    IPolicy? At(string version);

    /// <summary>Replaces some or all parameters. Nothing changes unless everything is right.</summary>
    /// <param name="file">A safetensors file, at its beginning.</param>
    /// <param name="length">Bytes of the file, where they are known.</param>
    /// <param name="mode">What happens to running sequences.</param>
    /// <param name="cancellationToken">Calls the update off, as long as the new version has not taken over.</param>
    /// <exception cref="WeightsRefusedException">The weights of this policy cannot be replaced.</exception>
    /// <exception cref="SafetensorsException">The file is not what is needed; the message says why.</exception>
    /// <exception cref="PolicyUnavailableException">The policy is being unloaded.</exception>
    Task<WeightUpdate> UpdateWeightsAsync(Stream file, long? length, WeightUpdateMode mode, CancellationToken cancellationToken);
}

/// <summary>A tensor that training changes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
public sealed record PolicyParameter(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape)
{
    /// <summary>Other names under which it may be sent.</summary>
    public IReadOnlyList<OtherParameterName> OtherNames { get; init; } = [];
}

/// <summary>Another name of a parameter, such as the one it has in Hugging Face's libraries.</summary>
/// <param name="Name">The name.</param>
/// <param name="Shape">The shape in which it is sent under that name.</param>
/// <param name="IsTransposed">Whether that is the transposed one.</param>
public sealed record OtherParameterName(string Name, IReadOnlyList<long> Shape, bool IsTransposed);

/// <summary>What an update did.</summary>
/// <param name="Version">The new version.</param>
/// <param name="Updated">The parameters it replaced.</param>
public sealed record WeightUpdate(int Version, IReadOnlyList<string> Updated);

/// <summary>The weights of this policy cannot be replaced.</summary>
public sealed class WeightsRefusedException(string message) : Exception(message);
