using Grpo.Jobs.Requests;

namespace Grpo.Cli;

/// <summary>Where jobs are done: in this process, or at a service.</summary>
internal interface IWorkplace : IAsyncDisposable
{
    /// <summary>Does a job and returns its report as JSON.</summary>
    /// <param name="request">Its dataset's path is the file's name.</param>
    /// <param name="dataset">The file.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Calls the job off.</param>
    Task<string> RunAsync(JobRequest request, FileInfo dataset, Progress progress, CancellationToken cancellationToken);

    /// <summary>The results of the job that was run, one JSON object per line.</summary>
    IAsyncEnumerable<string> ResultsAsync(CancellationToken cancellationToken);
}
