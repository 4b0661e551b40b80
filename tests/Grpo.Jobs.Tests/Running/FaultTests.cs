using System.Text.Json;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using Grpo.Rewards;
using Grpo.Rollouts;
using static Grpo.Jobs.Tests.Running.Requests;

namespace Grpo.Jobs.Tests.Running;

/// <summary>What goes wrong while a job runs, and what becomes of it.</summary>
public class FaultTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task A_prompt_that_cannot_be_sampled_fails_alone()
    {
        await using var bench = await Bench.OpenAsync();
        var rows = Rows(5);
        rows[2] = Row("1+1" + new string(' ', 300), "2");
        var job = await bench.SubmitAsync(Sums(5) with { Dataset = new DatasetSource { Rows = rows }, Gates = [new Gate { Metric = "pass@1", Min = 0 }] });
        var done = await bench.UntilOverAsync(job);
        var report = await bench.ReportAsync(done);
        Assert.Equal((5, 1), (done.Done, done.Errored));
        Assert.True(report.TooManyErrors);
        Assert.False(report.Passed);
        Assert.True(report.Gates[0].Passed);
        Assert.Contains("context", (await bench.Store.ReadResultsAsync(job.Id, 2, 1, None))[0].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_throws_fails_its_samples_and_not_the_job()
    {
        await using var bench = await Bench.OpenAsync();
        bench.Policy.Before = (request, _) => request.PromptIndex == 1 ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var done = await bench.UntilOverAsync(await bench.SubmitAsync(Sums(4) with { MaxErrorRate = 0.5 }));
        Assert.Equal((JobStatus.Succeeded, 1L), (done.Status, done.Errored));
        Assert.False((await bench.ReportAsync(done)).TooManyErrors);
    }

    [Fact]
    public async Task A_reward_that_throws_leaves_its_samples_unscored()
    {
        // The reward reads a pattern of the row; this one is no pattern, so it cannot judge.
        await using var bench = await Bench.OpenAsync();
        var rows = new List<JsonElement> { Parse("""{"question":"1+1","pattern":"2"}"""), Parse("""{"question":"1+2","pattern":"("}""") };
        var job = await bench.SubmitAsync(Sums(2) with
        {
            Dataset = new DatasetSource { Rows = rows },
            Reference = Parse("""{"pattern":"{pattern}"}"""),
            Rewards = [new RewardSpec { Name = "regex_match" }],
        });
        var report = await bench.ReportAsync(job);
        Assert.Equal(new ReportCounts(2, 1, 1, 0), report.Counts);
        Assert.Equal(1, report.Metrics["pass@1"].N);
        Assert.True(report.Passed);
    }

    [Fact]
    public async Task Weights_replaced_in_the_middle_are_recorded_and_said()
    {
        await using var bench = await Bench.OpenAsync();
        bench.Policy.Before = (request, _) =>
        {
            if (request.PromptIndex == 150) bench.Policy.Version = 2;
            return Task.CompletedTask;
        };
        var report = await bench.ReportAsync(await bench.SubmitAsync(Sums(300)));
        Assert.Equal(300, report.PolicyVersions["1"] + report.PolicyVersions["2"]);
        Assert.Contains(report.Warnings, warning => warning.Contains("weights changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_busy_policy_is_waited_for()
    {
        await using var bench = await Bench.OpenAsync();
        var refusals = 0;
        bench.Policy.Before = (_, _) => Interlocked.Increment(ref refusals) <= 5 ? throw new PolicyBusyException("full", TimeSpan.FromMilliseconds(5)) : Task.CompletedTask;
        var done = await bench.UntilOverAsync(await bench.SubmitAsync(Sums(6)));
        Assert.Equal((6, 0), (done.Done, done.Errored));
    }

    [Fact]
    public async Task A_store_that_fails_for_a_while_loses_nothing()
    {
        await using var bench = await Bench.OpenAsync(pages: 60);
        bench.Policy.Says = (_, prompt, index) => $"{new string('x', 100)}<answer>{index}</answer>";
        var job = await bench.SubmitAsync(Sums(2000));
        await bench.UntilFailedAsync(); // the disk is full
        ((SqliteJobStore)bench.Store).MaxPages = 1_000_000;
        var done = await bench.UntilOverAsync(job);
        Assert.Equal((JobStatus.Succeeded, 2000L, 0L), (done.Status, done.Done, done.Errored));
    }
}
