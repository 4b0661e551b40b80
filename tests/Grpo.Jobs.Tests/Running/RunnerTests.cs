using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Engines;
using Grpo.Jobs.Evaluations;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Running;
using Grpo.Jobs.Stores;
using Grpo.Jobs.Tests.Stores;
using Grpo.Rewards;
using Grpo.Rollouts;
using Grpo.Testing;

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
        var report = JobJson.Read<EvaluationReport>((await bench.UntilOverAsync(job)).Report!);
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
    public async Task A_job_is_the_same_whoever_runs_it_and_however_often_it_is_interrupted()
    {
        var undisturbed = await FinalResultsAsync(interruptions: 0);
        Assert.Equal(undisturbed, await FinalResultsAsync(interruptions: 8));
    }

    [Fact]
    public Task Two_runners_share_a_job_on_one_file() => ShareAsync(new SqliteUnderTest());

    [PostgresFact]
    public Task Two_runners_share_a_job_on_postgres() => ShareAsync(new PostgresUnderTest());

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
    public async Task A_prompt_that_cannot_be_sampled_fails_alone()
    {
        await using var bench = await Bench.OpenAsync();
        var rows = Rows(5);
        rows[2] = Row("1+1" + new string(' ', 300), "2");
        var job = await bench.SubmitAsync(Sums(5) with { Dataset = new DatasetSource { Rows = rows }, Gates = [new Gate { Metric = "pass@1", Min = 0 }] });
        var done = await bench.UntilOverAsync(job);
        var report = JobJson.Read<EvaluationReport>(done.Report!);
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
        Assert.False(JobJson.Read<EvaluationReport>(done.Report!).TooManyErrors);
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
        var report = JobJson.Read<EvaluationReport>((await bench.UntilOverAsync(job)).Report!);
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
        var report = JobJson.Read<EvaluationReport>((await bench.UntilOverAsync(await bench.SubmitAsync(Sums(300)))).Report!);
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

    [Fact]
    public async Task A_store_that_fails_for_a_while_loses_nothing()
    {
        await using var bench = await Bench.OpenAsync(pages: 60);
        bench.Policy.Says = (_, prompt, index) => $"{new string('x', 100)}<answer>{index}</answer>";
        var job = await bench.SubmitAsync(Sums(2000));
        await bench.FailedAsync.WaitAsync(TimeSpan.FromSeconds(60)); // the disk is full
        ((SqliteJobStore)bench.Store).MaxPages = 1_000_000;
        var done = await bench.UntilOverAsync(job);
        Assert.Equal((JobStatus.Succeeded, 2000L, 0L), (done.Status, done.Done, done.Errored));
    }

    [Fact]
    public async Task A_regression_is_certain_possible_or_absent()
    {
        await using var bench = await Bench.OpenAsync();
        var request = Sums(60);
        bench.Policy.Says = (_, prompt, _) => $"<answer>{Answer(prompt)}</answer>";
        var before = await bench.UntilOverAsync(await bench.SubmitAsync(request));
        bench.Policy.Says = (sampled, prompt, _) => $"<answer>{Answer(prompt) + (sampled.PromptIndex % 3 == 0 ? 1 : 0)}</answer>";
        var gated = request with { Baseline = JsonSerializer.SerializeToElement(before.Id), Gates = [new Gate { Metric = "pass@1", MaxRegression = 0.02 }, new Gate { Metric = "pass@1", MaxRegression = 0.3 }, new Gate { Metric = "pass@1", MaxRegression = 0.6 }] };
        var report = JobJson.Read<EvaluationReport>((await bench.UntilOverAsync(await bench.SubmitAsync(gated))).Report!);
        Assert.Equal(["failed", "inconclusive", "passed"], report.Gates.Select(gate => gate.Outcome));
        Assert.Equal(-1.0 / 3, report.Changes["pass@1"].Difference!.Value, 10);

        // The report of the baseline does as well as its id.
        var fromFile = await bench.SubmitAsync(gated with { Baseline = Parse(before.Report!) });
        Assert.Equal(["failed", "inconclusive", "passed"], JobJson.Read<EvaluationReport>((await bench.UntilOverAsync(fromFile)).Report!).Gates.Select(gate => gate.Outcome));
    }

    [Fact]
    public async Task What_differs_from_the_baseline_is_said_and_nothing_is_started()
    {
        await using var bench = await Bench.OpenAsync();
        var before = await bench.UntilOverAsync(await bench.SubmitAsync(Sums(4)));
        var baseline = JsonSerializer.SerializeToElement(before.Id);
        var other = Sums(5) with { Baseline = baseline, SamplesPerPrompt = 2, Sampling = new RolloutSampling { Temperature = 0.5, Seed = 3 }, Rewards = [new RewardSpec { Name = "accuracy", Weight = 2 }] };
        var problem = await Assert.ThrowsAsync<JobRequestException>(() => bench.SubmitAsync(other));
        Assert.Equal("baseline", problem.Problems[0].Path);
        foreach (var part in (string[])["dataset", "rewards", "sampling", "samples_per_prompt"]) Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        Assert.Single(await bench.Store.ListAsync(JobKind.Evaluation, null, 10, None));
        await bench.SubmitAsync(Sums(4) with { Baseline = baseline, Sampling = new RolloutSampling { Seed = 99 } }); // another seed is another draw of the same
    }

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

    private static int Answer(string prompt)
    {
        var digits = prompt.Split(':')[1].Split('\n')[0].Split('+');
        return int.Parse(digits[0]) + int.Parse(digits[1]);
    }

    private static EvaluationRequest Sums(int rows) => new() { Dataset = new DatasetSource { Rows = Rows(rows) }, Rewards = [new RewardSpec { Name = "accuracy" }], Sampling = new RolloutSampling { Seed = 7 } };

    private static List<JsonElement> Rows(int count) => [.. Enumerable.Range(0, count).Select(i => Row($"{i}+{2 * i}", $"{3 * i}"))];

    private static JsonElement Row(string question, string answer) => JsonSerializer.SerializeToElement(new JsonObject { ["question"] = question, ["answer"] = answer });

    private static JsonElement Parse(string json) => JsonElement.Parse(json);
}
