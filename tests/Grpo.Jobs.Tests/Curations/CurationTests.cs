using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Curations;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using Grpo.Jobs.Tests.Running;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Jobs.Tests.Curations;

public class CurationTests
{
    private static readonly string[] Good = ["The sum is seven because three and four make seven.", "Adding four to three we count up and arrive at seven in the end."];

    [Theory]
    [InlineData("We add the ones and then the tens, which makes ninety.", false)]
    [InlineData("先算个位 and keep the tens as they are 得到三十五", true)]
    [InlineData("42", false)]
    public void Mixed_languages_are_found(string text, bool mixed) => Assert.Equal(mixed, CompletionFilters.IsMixed(text, null));

    [Fact]
    public void Paragraphs_end_at_empty_lines()
    {
        Assert.True(CompletionFilters.HasLongParagraph(new string('a', 60) + "\n" + new string('b', 60), 100));
        Assert.False(CompletionFilters.HasLongParagraph(new string('a', 60) + "\n \n" + new string('b', 60), 100));
    }

    [Theory]
    [InlineData("x\n```python\n1\n```", true)]
    [InlineData("a `code` word", false)]
    public void Code_blocks_are_fences(string text, bool found) => Assert.Equal(found, CompletionFilters.HasCodeBlock(text));

    [Fact]
    public void Every_sample_is_kept_or_dropped_for_the_first_reason()
    {
        var keep = new KeepRules { MinReward = 1, BestOf = 3, MaxPerPrompt = 1, Filters = [.. Enum.GetValues<CurationFilter>()], MaxParagraphCharacters = 200 };
        List<SampleResult> group =
        [
            Sample(0, Good[0]), Sample(1, Good[0].ToUpperInvariant() + "!"), Sample(2, Good[1]), Sample(3, Good[0] + " Yes."),
            Sample(4, "wrong", reward: 0), Sample(5, "cut", finish: "length"), Sample(6, "```\nx\n```"), Sample(7, new string('a', 300)),
            Sample(8, "先算个位 and keep the tens as they are 得到三十五"), Sample(9, "", error: "no"), Sample(10, "unjudged", reward: null),
        ];
        var selection = new Curator(keep).Choose(group, null);
        var reasons = selection.Drops.ToDictionary(drop => drop.Sample.SampleIndex, drop => drop.Reason);
        Assert.Equal(0, Assert.Single(selection.Kept).SampleIndex);
        Assert.Equal("duplicates", reasons[1]);
        Assert.Equal("max_per_prompt", reasons[2]);
        Assert.Equal("near_duplicates", reasons[3]);
        Assert.Equal(["min_reward", "truncated", "code_blocks", "long_paragraphs", "mixed_language", "errored", "unscored"], Enumerable.Range(4, 7).Select(index => reasons[index]));
        Assert.Equal(group.Count, selection.Kept.Count + selection.Drops.Count);
    }

    [Fact]
    public void Best_of_prefers_reward_then_brevity()
    {
        var selection = new Curator(new KeepRules { BestOf = 2 }).Choose([Sample(0, "a", reward: 0.5), Sample(1, "b", tokens: 9), Sample(2, "c", tokens: 4), Sample(3, "d", reward: null)], null);
        Assert.Equal([2, 1], selection.Kept.Select(sample => sample.SampleIndex));
        Assert.All(selection.Drops, drop => Assert.Equal("best_of", drop.Reason));
    }

    [Theory]
    [InlineData(0.2, 0.8, true)]
    [InlineData(0.6, 1.0, false)]
    [InlineData(0.0, 0.4, false)]
    public void Prompts_outside_the_band_of_pass_rates_go(double min, double max, bool kept)
    {
        var selection = new Curator(new KeepRules { MinPassRate = min, MaxPassRate = max }).Choose([Sample(0, "a"), Sample(1, "b", reward: 0)], null);
        Assert.Equal(kept ? 2 : 0, selection.Kept.Count);
        Assert.All(selection.Drops, drop => Assert.Equal("pass_rate", drop.Reason));
    }

    [Fact]
    public void Duplicates_are_known_across_prompts_of_the_same_text_only()
    {
        var curator = new Curator(new KeepRules { Filters = [CurationFilter.Duplicates] });
        Assert.Single(curator.Choose([Sample(0, "same", prompt: "one")], null).Kept);
        Assert.Single(curator.Choose([Sample(0, "same", prompt: "two")], null).Kept);
        Assert.Empty(curator.Choose([Sample(0, "Same.", prompt: "One")], null).Kept);
    }

    [Theory]
    [InlineData(CurationOutput.SftMessages, """{"messages":[{"role":"user","content":"3+4"},{"role":"assistant","content":"<answer>7</answer>"}]}""")]
    [InlineData(CurationOutput.SftText, """{"prompt":"user:3+4\nassistant:","completion":"<answer>7</answer>"}""")]
    [InlineData(CurationOutput.PreferencePairs, """{"prompt":[{"role":"user","content":"3+4"}],"chosen":[{"role":"assistant","content":"<answer>7</answer>"}],"rejected":[{"role":"assistant","content":"<answer>8</answer>"}]}""")]
    public async Task Kept_samples_come_in_the_form_that_trainers_load(CurationOutput output, string expected)
    {
        await using var bench = await Bench.OpenAsync();
        bench.Policy.Says = (_, _, index) => index < 2 ? "<answer>8</answer>" : "<answer>7</answer>";
        var request = new CurationRequest
        {
            Dataset = new DatasetSource { Rows = [JsonSerializer.SerializeToElement(new JsonObject { ["question"] = "3+4", ["answer"] = "7" })] },
            Rewards = [new RewardSpec { Name = "accuracy" }],
            SamplesPerPrompt = 4,
            Sampling = new RolloutSampling { Seed = 1 },
            Output = output,
            Keep = new KeepRules { MinReward = 1, Filters = [CurationFilter.Duplicates] },
        };
        var job = await bench.UntilOverAsync(await bench.SubmitAsync(request));
        List<string> lines = [];
        await foreach (var line in CurationReports.ReadLinesAsync(bench.Store, job, CancellationToken.None)) lines.Add(line);
        Assert.Equal([expected], lines);
        var report = JobJson.Read<CurationReport>((await bench.Store.ReadReportAsync(job.Id, CancellationToken.None))!);
        Assert.Equal((4, 1, 1, 1), (report.Samples, report.Kept, report.Rows, report.PromptsKept));
        Assert.Equal(new Dictionary<string, long> { ["duplicates"] = 1, ["min_reward"] = 2 }, report.Dropped);
    }

    private static SampleResult Sample(int index, string completion, double? reward = 1, string finish = "stop", string? error = null, int tokens = 5, string prompt = "q") => new()
    {
        PromptIndex = 0,
        SampleIndex = index,
        Prompt = index == 0 ? prompt : null,
        Completion = completion,
        FinishReason = finish,
        TokenCount = tokens,
        PolicyVersion = 1,
        Reward = reward,
        Scores = "[]",
        Error = error,
    };
}
