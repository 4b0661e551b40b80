namespace Grpo.Jobs.Running;

/// <summary>Lets groups through side by side, but only one at a time while somebody waits for an answer of the policy.</summary>
/// <param name="yields">Whether somebody does.</param>
/// <param name="time">The clock.</param>
internal sealed class YieldingGate(Func<bool> yields, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);
    private int _inside;

    /// <summary>Runs the work when its turn has come.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        while (!TryEnter()) await Task.Delay(Patience, time, cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _inside) == 1 || !yields()) return true;
        Interlocked.Decrement(ref _inside);
        return false;
    }
}
