using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;
using static Grpo.Jobs.Tests.Running.Requests;

namespace Grpo.Jobs.Tests.Running;

/// <summary>Jobs from request to report, with everything that can happen on the way.</summary>
public class RunnerTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task An_evaluation_measures_and_decides()
    {
        await using var bench = await Bench.OpenAsync();
        var job = await bench.SubmitAsync(Sums(30) with { SamplesPerPrompt = 3, Metrics = ["pass@1", "pass@3", "maj@3", "mean_reward"], Gates = [new Gate { Metric = "pass@1", Min = 0.6 }, new Gate { Metric = "pass@1", Min = 0.7 }] });
        var report = await bench.ReportAsync(job);
        Assert.Equal(2.0 / 3, report.Metrics["pass@1"].Value!.Value, 10);
        Assert.Equal((1, 30), (report.Metrics["pass@3"].Value, report.Metrics["pass@3"].N));
        Assert.Equal(1, report.Metrics["maj@3"].Value);
        Assert.Equal([true, false], report.Gates.Select(gate => gate.Passed));
        Assert.False(report.Passed);
        Assert.Equal(new ReportCounts(90, 90, 0, 0), report.Counts);
        Assert.Equal(90, report.PolicyVersions["1"]);
        Assert.Equal(30, report.PerPrompt["pass@1"].Count);
    }

    [Fact]
    public async Task A_job_of_this_process_is_begun_before_the_next_look_at_the_store()
    {
        await using var bench = await Bench.OpenAsync(options: Bench.Fast with { Poll = TimeSpan.FromHours(1) });
        await Task.Delay(TimeSpan.FromMilliseconds(100)); // by now the workers have looked and found nothing
        Assert.Equal(20, (await bench.UntilOverAsync(await bench.SubmitAsync(Sums(20)))).Done);
        Assert.Equal(35, (await bench.UntilOverAsync(await bench.SubmitAsync(Sums(35)))).Done);
    }

    [Fact]
    public async Task Two_jobs_at_once_do_not_mix()
    {
        await using var bench = await Bench.OpenAsync();
        var (one, other) = (await bench.SubmitAsync(Sums(20)), await bench.SubmitAsync(Sums(35) with { SamplesPerPrompt = 2 }));
        Assert.Equal((20, 70), ((await bench.UntilOverAsync(one)).Done, (await bench.UntilOverAsync(other)).Done));
    }

    [Fact]
    public async Task A_cancelled_job_stops_sampling_and_keeps_what_it_has()
    {
        await using var bench = await Bench.OpenAsync();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Policy.Before = async (request, token) =>
        {
            if (request.PromptIndex < 3) return;
            held.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                stopped.TrySetResult();
            }
        };
        var job = await bench.SubmitAsync(Sums(10));
        await held.Task;
        Assert.True(await bench.Store.CancelAsync(job.Id, None));
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(JobStatus.Cancelled, (await bench.UntilOverAsync(job)).Status);
    }

    [Fact]
    public async Task While_somebody_waits_one_group_is_sampled_at_a_time()
    {
        var (inside, most) = (0, 0);
        var gate = new YieldingGate(() => true, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => gate.RunAsync(async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            return Interlocked.Decrement(ref inside);
        }, None))));
        Assert.Equal(1, most);
    }

}
