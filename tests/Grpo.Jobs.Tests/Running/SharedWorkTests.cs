using Grpo.Engines;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;
using Grpo.Jobs.Tests.Stores;
using Grpo.Testing;
using static Grpo.Jobs.Tests.Running.Requests;

namespace Grpo.Jobs.Tests.Running;

/// <summary>Jobs that several runners work on, one after the other or together.</summary>
public class SharedWorkTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task A_job_is_the_same_whoever_runs_it_and_however_often_it_is_interrupted()
    {
        var undisturbed = await FinalResultsAsync(interruptions: 0);
        Assert.Equal(undisturbed, await FinalResultsAsync(interruptions: 8));
    }

    [PostgresClusterFact]
    public async Task A_postgres_that_restarts_again_and_again_loses_nothing_and_repeats_nothing()
    {
        var undisturbed = await FinalResultsAsync(interruptions: 0);
        await using var cluster = await PostgresCluster.StartAsync();
        await using var bench = await Bench.OpenAsync(new PostgresClusterUnderTest(cluster));
        bench.Policy.Before = (_, token) => Task.Delay(20, token);
        var job = await bench.SubmitAsync(Sums(400));
        for (var restart = 0; restart < 4; restart++)
        {
            // In the middle: something more has been stored since the last time.
            await bench.UntilDoneAsync(job, 90 * (restart + 1));
            var failures = bench.Failures;
            await cluster.DownAsync(crash: restart % 2 == 0);
            await bench.UntilFailedAsync(failures);
            await cluster.UpAsync();
        }

        var done = await bench.UntilOverAsync(job);
        Assert.Equal((400, 0), (done.Done, done.Errored));
        Assert.Equal(undisturbed, await bench.Store.ReadResultsAsync(job.Id, 0, 400, None));
    }

    [Fact]
    public Task Two_runners_share_a_job_on_one_file() => ShareAsync(new SqliteUnderTest());

    [PostgresFact]
    public Task Two_runners_share_a_job_on_postgres() => ShareAsync(new PostgresUnderTest());

    private static async Task<List<SampleResult>> FinalResultsAsync(int interruptions)
    {
        await using var bench = await Bench.OpenAsync(run: false);
        bench.Policy.Before = (_, token) => Task.Delay(1, token);
        var job = await bench.SubmitAsync(Sums(400));
        for (var i = 0; i < interruptions; i++)
        {
            // Stopped without a word to the store, as by a kill: the lease runs out.
            await bench.RunForAsync(TimeSpan.FromMilliseconds(15 + (7 * i)));
        }

        bench.Run();
        var done = await bench.UntilOverAsync(job);
        Assert.Equal((400, 0), (done.Done, done.Errored));
        return [.. await bench.Store.ReadResultsAsync(job.Id, 0, 400, None)];
    }

    private static async Task ShareAsync(StoreUnderTest under)
    {
        await using var bench = await Bench.OpenAsync(under);
        await using var replica = under.Open();
        var other = new ScriptedPolicy { Before = (_, token) => Task.Delay(2, token) };
        bench.Policy.Before = other.Before;
        await using var catalog = new PolicyCatalog("scripted");
        catalog.Add(other);
        using var stop = new CancellationTokenSource();
        var running = new JobRunner(replica, catalog, Bench.Fast, TimeProvider.System, _ => { }).RunAsync(stop.Token);
        var job = await bench.SubmitAsync(Sums(1500));
        var done = await bench.UntilOverAsync(job);
        await stop.CancelAsync();
        await running;
        Assert.Equal((1500, 0), (done.Done, done.Errored));
        Assert.Equal(1500, (await bench.Store.ReadResultsAsync(job.Id, 0, 1500, None)).Count);
        Assert.NotEmpty(other.Asked);
        Assert.NotEmpty(bench.Policy.Asked);
        Assert.Empty(other.Asked.Keys.Intersect(bench.Policy.Asked.Keys)); // nothing twice
    }
}
