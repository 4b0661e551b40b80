namespace Grpo.Jobs.Running;

/// <summary>How jobs are worked on.</summary>
public sealed record JobRunnerOptions
{
    /// <summary>How long a part of a job stays with a process that no longer answers.</summary>
    /// <value>The default value is 15 s; renewed after a third of it.</value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the store is asked for work when there is none; a job that this process stores is begun at once.</summary>
    /// <value>The default value is 0.25 s.</value>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Parts worked on at once: two fill a batch of 256, and a third waits for the places that they leave.</summary>
    /// <value>The default value is 3.</value>
    public int Workers { get; init; } = 3;

    /// <summary>How long jobs that are over are kept.</summary>
    /// <value>The default value is 30 days.</value>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether somebody waits for an answer of the policy; then one group is sampled at a time.</summary>
    /// <value>The default value is never.</value>
    public Func<bool> Yields { get; init; } = () => false;
}

/// <summary>What a runner tells its host.</summary>
/// <param name="Problem">What went wrong and will be tried again.</param>
public delegate void JobRunnerLog(Exception Problem);

/// <summary>Going on after a failure.</summary>
internal static class JobRunnerLogs
{
    /// <summary>Does something that may fail; a failure is told, and the work goes on.</summary>
    /// <returns>Whether it was done.</returns>
    public static async Task<bool> TryAsync(this JobRunnerLog log, Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            log(problem);
            return false;
        }
    }
}
