using System.Diagnostics;

namespace Grpo.Cli;

/// <summary>Shows how far a job is: a bar that grows on a terminal, a line now and then elsewhere. On standard error, so that output can be piped.</summary>
internal sealed class Progress
{
    private const int Width = 30;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    private readonly bool _terminal = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _spoken = TimeSpan.MinValue;
    private long _shown = -1;

    /// <summary>Shows it when it is worth showing.</summary>
    public void Show(long done, long total)
    {
        if (done == _shown || total == 0) return;
        var elapsed = Stopwatch.GetElapsedTime(_started);
        if (_terminal)
        {
            var filled = (int)(done * Width / total);
            Console.Error.Write($"\r[{new string('#', filled)}{new string('.', Width - filled)}] {done} of {total} samples, {elapsed.TotalSeconds:0} s ");
            if (done == total) Console.Error.WriteLine();
        }
        else if (done == total || elapsed - (_spoken == TimeSpan.MinValue ? TimeSpan.Zero : _spoken) >= LineEvery || _shown < 0)
        {
            Console.Error.WriteLine($"{done} of {total} samples, {elapsed.TotalSeconds:0} s");
            _spoken = elapsed;
        }

        _shown = done;
    }
}
