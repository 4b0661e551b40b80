using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>
/// Versions pinned under a name. A snapshot of the current version is that version itself, and of an old one what was left of it: nothing is copied.
/// </summary>
/// <param name="scheduler">Owns the versions.</param>
/// <param name="most">The most snapshots.</param>
internal sealed class Snapshots(RolloutScheduler scheduler, int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = [];

    /// <summary>The version of each snapshot, by its name.</summary>
    public IReadOnlyDictionary<string, int> Versions
    {
        get
        {
            lock (_gate)
            {
                return _lanes.ToDictionary(snapshot => snapshot.Key, snapshot => snapshot.Value.Version);
            }
        }
    }

    /// <summary>The lane of a snapshot; null when none has that name.</summary>
    public Lane? Find(string name)
    {
        lock (_gate)
        {
            return _lanes.GetValueOrDefault(name);
        }
    }

    /// <summary>Pins a version.</summary>
    /// <param name="name">The snapshot's name.</param>
    /// <param name="version">A version that can be asked for; null for the current one.</param>
    /// <returns>The version pinned; null when there is no such version.</returns>
    /// <exception cref="PolicyConflictException">A snapshot has that name, or there are as many as there may be.</exception>
    public int? Create(string name, int? version)
    {
        lock (_gate)
        {
            if (_lanes.ContainsKey(name)) throw new PolicyConflictException($"A snapshot is named '{name}' already.");
            if (_lanes.Count >= most) throw new PolicyConflictException($"The policy has {_lanes.Count} snapshots, as many as it may have (Policies:{{name}}:MaxSnapshots). Delete one first.");
            Lane? pinned;
            do
            {
                // An update may make another version the current one between looking and pinning.
                pinned = scheduler.Lanes.Pin(version ?? scheduler.Lanes.Current.Version);
            }
            while (pinned is null && version is null);

            if (pinned is not null) _lanes.Add(name, pinned);
            return pinned?.Version;
        }
    }

    /// <summary>Ends a pin; false when no snapshot has that name.</summary>
    public bool Delete(string name)
    {
        lock (_gate)
        {
            if (!_lanes.Remove(name, out var lane)) return false;
            scheduler.Lanes.Unpin(lane);
        }

        scheduler.Collect();
        return true;
    }
}
