using System.Text.Json;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using Grpo.Rewards;
using Grpo.Rollouts;
using static Grpo.Jobs.Tests.Running.Requests;

namespace Grpo.Jobs.Tests.Running;

/// <summary>Baselines and gates on regressions, from request to report.</summary>
public class GateTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task A_regression_is_certain_possible_or_absent()
    {
        await using var bench = await Bench.OpenAsync();
        var request = Sums(60);
        bench.Policy.Says = (_, prompt, _) => $"<answer>{ScriptedPolicy.Sum(prompt)}</answer>";
        var before = await bench.UntilOverAsync(await bench.SubmitAsync(request));
        bench.Policy.Says = (sampled, prompt, _) => $"<answer>{ScriptedPolicy.Sum(prompt) + (sampled.PromptIndex % 3 == 0 ? 1 : 0)}</answer>";
        var gated = request with { Baseline = JsonSerializer.SerializeToElement(before.Id), Gates = [new Gate { Metric = "pass@1", MaxRegression = 0.02 }, new Gate { Metric = "pass@1", MaxRegression = 0.3 }, new Gate { Metric = "pass@1", MaxRegression = 0.6 }] };
        var report = await bench.ReportAsync(await bench.SubmitAsync(gated));
        Assert.Equal(["failed", "inconclusive", "passed"], report.Gates.Select(gate => gate.Outcome));
        Assert.Equal(-1.0 / 3, report.Changes["pass@1"].Difference!.Value, 10);

        // The report of the baseline does as well as its id.
        var fromFile = await bench.SubmitAsync(gated with { Baseline = Parse((await bench.Store.ReadReportAsync(before.Id, None))!) });
        Assert.Equal(["failed", "inconclusive", "passed"], (await bench.ReportAsync(fromFile)).Gates.Select(gate => gate.Outcome));
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
}
