using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>
/// The versions of a policy's weights in use: the current one, those pinned by snapshots, and old ones that still have sequences to finish. Which versions
/// can be asked for is guarded by the gate and can be read by any thread; everything else belongs to the scheduler's thread.
/// </summary>
/// <param name="first">The version loaded.</param>
/// <param name="gate">The scheduler's lock.</param>
internal sealed class VersionLanes(Lane first, Lock gate)
{
    // A version costs a copy of the weights. A trainer faster than its rollouts would fill the memory with old ones, so its next update waits.
    private const int MostOutgoing = 4;

    private readonly List<Lane> _inUse = [Pinned(first)];
    private volatile Lane _current = first;

    /// <summary>The version that new sequences get.</summary>
    public Lane Current => _current;

    /// <summary>Every version, from the oldest; the scheduler's thread alone may look.</summary>
    public IReadOnlyList<Lane> InUse => _inUse;

    /// <summary>The swap asked for, which the scheduler's thread does when it is due; that thread alone sets it.</summary>
    public WeightSwap? Pending { get; set; }

    /// <summary>The versions that can be asked for: the current one and the pinned ones, from the oldest.</summary>
    public IReadOnlyList<int> Versions
    {
        get
        {
            lock (gate)
            {
                return [.. _inUse.Where(lane => lane.Pins > 0).Select(lane => lane.Version)];
            }
        }
    }

    /// <summary>Pins a version that can be asked for, so that it stays; null when there is none.</summary>
    public Lane? Pin(int version)
    {
        lock (gate)
        {
            return _inUse.Find(lane => lane.Version == version && lane.Pins > 0) is { } lane ? Pinned(lane) : null;
        }
    }

    /// <summary>A version that can be asked for; null when there is none.</summary>
    public Lane? Find(int version)
    {
        lock (gate)
        {
            return _inUse.Find(lane => lane.Version == version && lane.Pins > 0);
        }
    }

    /// <summary>Ends a pin.</summary>
    public void Unpin(Lane lane)
    {
        lock (gate)
        {
            lane.Pins--;
        }
    }

    /// <summary>The version that a waiting group shall get now; null when it has to wait for a swap.</summary>
    public Lane? For(GroupJob job) => job.Lane ?? job.PinnedLane ?? (Pending is { Mode: WeightUpdateMode.Wait } ? null : _current);

    /// <summary>Does the pending swap, unless it has to wait for running sequences.</summary>
    /// <param name="waiting">The groups that have sequences yet to start.</param>
    public void SwapIfDue(IEnumerable<GroupJob> waiting)
    {
        if (Pending is not { } swap)
        {
            return;
        }

        if (swap.IsCancelled)
        {
            Pending = null;
            swap.CallOff();
            return;
        }

        if (swap.Mode == WeightUpdateMode.InFlight && _inUse.Count(lane => lane.Pins == 0) >= MostOutgoing)
        {
            return;
        }

        var begun = waiting.Where(job => job.Lane == _current && job.PinnedLane is null).ToList();
        if (swap.Mode == WeightUpdateMode.Wait && (begun.Count > 0 || _current.Active.Any(sequence => sequence.Job.PinnedLane is null)))
        {
            return;
        }

        if (swap.Mode == WeightUpdateMode.Abort)
        {
            _current.Cancel(job => job.MayBeCancelled);
            begun.FindAll(job => job.MayBeCancelled).ForEach(job => job.StartOver());
        }

        lock (gate)
        {
            _current.Pins--;
            _inUse.Add(Pinned(swap.Next));
            _current = swap.Next;
            Pending = null;
        }

        swap.Complete();
    }

    /// <summary>Disposes the versions that nobody can ask for and nobody waits for.</summary>
    /// <param name="waiting">The groups that have sequences yet to start.</param>
    public void Retire(IEnumerable<GroupJob> waiting)
    {
        if (_inUse.Count == 1)
        {
            return;
        }

        List<Lane> retired;
        lock (gate)
        {
            retired = [.. _inUse.Where(lane => lane.Pins == 0 && lane.Active.Count == 0 && !waiting.Any(job => (job.Lane ?? job.PinnedLane) == lane))];
            _inUse.RemoveAll(retired.Contains);
        }

        retired.ForEach(lane => lane.Dispose());
    }

    /// <summary>Disposes all versions.</summary>
    /// <param name="reason">Why a pending swap will not happen.</param>
    public void Dispose(Exception reason)
    {
        Pending?.CallOff(reason);
        _inUse.ForEach(lane => lane.Dispose());
    }

    private static Lane Pinned(Lane lane)
    {
        lane.Pins++;
        return lane;
    }
}
