using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>A new version on its way to take the place of the current one.</summary>
/// <param name="next">The new version; the scheduler's once it is current.</param>
/// <param name="mode">What happens to the sequences that follow the current version.</param>
/// <param name="cancellationToken">Calls the swap off while it has not happened.</param>
internal sealed class WeightSwap(Lane next, WeightUpdateMode mode, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The new version.</summary>
    public Lane Next => next;

    /// <summary>What happens to the sequences that follow the current version.</summary>
    public WeightUpdateMode Mode => mode;

    /// <summary>Ends when the new version is current; cancelled or failed, it never will be.</summary>
    public Task Done => _done.Task;

    /// <summary>Whether nobody wants it any more.</summary>
    public bool IsCancelled => cancellationToken.IsCancellationRequested;

    /// <summary>Says that the new version is current.</summary>
    public void Complete() => _done.TrySetResult();

    /// <summary>Says that it never will be.</summary>
    public void CallOff(Exception? reason = null)
    {
        if (reason is null) _done.TrySetCanceled(cancellationToken);
        else _done.TrySetException(reason);
    }
}
