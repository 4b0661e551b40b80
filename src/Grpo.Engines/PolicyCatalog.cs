using System.Collections.Concurrent;
using Grpo.Rollouts;

namespace Grpo.Engines;

/// <summary>The policies of this process by name: loaded, loading, and those that could not be loaded. Owns the loaded ones.</summary>
/// <param name="defaultName">The policy meant when a request names none.</param>
public sealed class PolicyCatalog(string defaultName) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new();

    /// <summary>The policy meant when a request names none.</summary>
    public string DefaultName { get; } = defaultName;

    /// <summary>Whether the default policy can be used.</summary>
    public bool IsReady => _entries.TryGetValue(DefaultName, out var entry) && entry.Policy is not null;

    /// <summary>The loaded policies, by name.</summary>
    public IReadOnlyList<IPolicy> List() => [.. _entries.OrderBy(entry => entry.Key).Select(entry => entry.Value.Policy).OfType<IPolicy>()];

    /// <summary>Every policy that is or should be there, by name.</summary>
    public IReadOnlyList<PolicyState> States() => [.. _entries.OrderBy(entry => entry.Key).Select(entry => StateOf(entry.Key, entry.Value))];

    /// <summary>A loaded policy.</summary>
    /// <param name="name">A name, or <c>name@version</c>; null for the default.</param>
    /// <exception cref="PolicyNotFoundException">There is none of that name, or not in that version.</exception>
    /// <exception cref="PolicyUnavailableException">It is loading, or could not be loaded.</exception>
    public IPolicy Get(string? name)
    {
        var asked = name ?? DefaultName;
        var (bare, version) = asked.Split('@', 2) is [var before, var after] ? (before, after) : (asked, null);
        if (!_entries.TryGetValue(bare, out var entry)) throw new PolicyNotFoundException(asked);
        if (entry.Policy is not { } policy) throw new PolicyUnavailableException(Unavailable(bare, entry.Failure));
        return version is null ? policy
            : (policy is IVersionedPolicy versions ? versions.At(version) : version == policy.Info.Version.ToString() ? policy : null)
            ?? throw new PolicyNotFoundException(asked);
    }

    /// <summary>Adds a loaded policy under its own name, in the place of an announced one.</summary>
    /// <exception cref="InvalidOperationException">A loaded policy has that name.</exception>
    public void Add(IPolicy policy)
    {
        var entry = new Entry(policy, null);
        if (_entries.AddOrUpdate(policy.Info.Name, entry, (_, present) => present.Policy is null ? entry : present) != entry)
        {
            throw new InvalidOperationException($"A policy named '{policy.Info.Name}' is loaded already.");
        }
    }

    /// <summary>Says that a policy is being loaded: asking for it is answered "not yet" and no longer "unknown".</summary>
    public void Announce(string name) => _entries.TryAdd(name, new Entry(null, null));

    /// <summary>Announces a policy under a name that is free, or that of one that could not be loaded; false when the name is taken.</summary>
    public bool TryAnnounce(string name)
    {
        var announced = new Entry(null, null);
        return _entries.TryAdd(name, announced)
            || (_entries.TryGetValue(name, out var present) && present.Failure is not null && _entries.TryUpdate(name, announced, present));
    }

    /// <summary>Forgets a policy and disposes it; what still runs on it fails.</summary>
    public async ValueTask RemoveAsync(string name)
    {
        if (_entries.TryRemove(name, out var entry) && entry.Policy is { } policy) await policy.DisposeAsync();
    }

    /// <summary>Says that an announced policy could not be loaded.</summary>
    /// <param name="name">The policy.</param>
    /// <param name="reason">Why, for the operator.</param>
    public void Fail(string name, string reason) => _entries[name] = new Entry(null, reason);

    /// <summary>Disposes the loaded policies.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in _entries.Keys)
        {
            if (_entries.TryRemove(name, out var entry) && entry.Policy is { } policy) await policy.DisposeAsync();
        }
    }

    private static string Unavailable(string name, string? failure) =>
        failure is null ? $"The policy '{name}' is loading." : $"The policy '{name}' could not be loaded; /health says why.";

    private static PolicyState StateOf(string name, Entry entry) => entry switch
    {
        { Policy: not null } => new(name, PolicyStatus.Ready, null),
        { Failure: { } failure } => new(name, PolicyStatus.Failed, failure),
        _ => new(name, PolicyStatus.Loading, null),
    };

    private sealed record Entry(IPolicy? Policy, string? Failure);
}

/// <summary>How far a policy has come.</summary>
/// <param name="Name">The policy.</param>
/// <param name="Status">Ready, loading or failed.</param>
/// <param name="Reason">Why it failed; null otherwise.</param>
public sealed record PolicyState(string Name, PolicyStatus Status, string? Reason);

/// <summary>How far a policy has come.</summary>
public enum PolicyStatus
{
    /// <summary>It is being loaded.</summary>
    Loading,

    /// <summary>It can be used.</summary>
    Ready,

    /// <summary>It could not be loaded.</summary>
    Failed,
}
