using System.Diagnostics;
using System.Text.Json;
using Grpo.Rollouts;
using Xunit.Abstractions;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Fuzz;

/// <summary>What holds for every reward of the catalogue, whatever a model writes.</summary>
public class EveryRewardTests(ITestOutputHelper output)
{
    private static readonly JsonElement[] References =
    [
        .. new[]
        {
            """{"answer":"1/2","language":"en"}""", """{"answer":["x^2+1","\\frac{1}{"],"language":"zh"}""", """{"answer":"B","choices":["apple","7","思考"]}""", """{"answer":"five apples"}""",
            """{"numbers":[1,7,7],"target":7}""", """{"json":{"a":[1,null,{"b":"x"}]}}""", """{"pattern":"(a|b)+\\d"}""", """{"schema":{"items":{"$ref":"#"},"type":["array","number"],"maxItems":3}}""", """{"answer":{},"choices":1,"numbers":"x","target":null,"json":[],"pattern":[],"schema":[]}""",
        }.Select(Json),
    ];

    [Fact]
    public void No_text_makes_a_reward_fail_or_leave_its_range()
    {
        var rewards = Bound();
        var random = new Random(20_250_122);
        for (var i = 0; i < 1_500; i++)
        {
            var sample = Sample(random);
            foreach (var (definition, reward) in rewards)
                Check(definition, sample, Scored(reward, sample));
        }
    }

    [Fact]
    public void A_megabyte_of_anything_takes_time_in_proportion()
    {
        var rewards = Bound();
        var slowest = (Took: TimeSpan.Zero, What: "");
        for (var i = 0; i < HostileTexts.Fragments.Length; i += 2)
        {
            // Every other fragment, each with one of the references: a minute's work would buy little more.
            var sample = new RewardSample { Completion = HostileTexts.Run(HostileTexts.Fragments[i], 1_000_000), Reference = References[i / 2 % References.Length], Group = "g", TokenCount = 1_000 };
            foreach (var (definition, reward) in rewards)
            {
                var started = Stopwatch.GetTimestamp();
                Check(definition, sample, Scored(reward, sample));
                if (Stopwatch.GetElapsedTime(started) is var took && took > slowest.Took)
                    slowest = (took, $"{definition.Name} on {JsonSerializer.Serialize(HostileTexts.Fragments[i])}");
            }
        }
        output.WriteLine($"slowest: {slowest.What}, {slowest.Took.TotalMilliseconds:0} ms");
        // Quadratic work on a million characters takes minutes; a slow machine is not the failure this looks for.
        Assert.True(slowest.Took < TimeSpan.FromSeconds(15), $"{slowest.What} took {slowest.Took}");
    }

    [Fact]
    public void Nesting_a_hundred_thousand_deep_is_survived()
    {
        string[] deep = [Nested("<think>", "</think>"), Nested("(", ")"), Nested("{", "}"), Nested("[", "]"), Nested("\\frac{", "}{2}"), Nested("\\boxed{", "}"), Nested("-", ""), Nested("{\"a\":", "}")];
        foreach (var text in deep.SelectMany(text => new[] { text, $"<answer>{text}</answer>", $@"\boxed{{{text}}}", $"```json\n{text}\n```" }))
        {
            foreach (var (definition, reward) in Bound())
            {
                var sample = new RewardSample { Completion = text, Reference = References[text.Length % References.Length] };
                Check(definition, sample, Scored(reward, sample));
            }
        }

        static string Nested(string open, string close) => $"{HostileTexts.Run(open, 100_000 * open.Length)}1{HostileTexts.Run(close.Length == 0 ? " " : close, 100_000 * int.Max(1, close.Length))}";
    }

    [Fact]
    public void Scores_do_not_depend_on_the_degree_of_parallelism()
    {
        var random = new Random(7);
        RewardSample[] samples = [.. Enumerable.Range(0, 400).Select(_ => Sample(random))];
        var set = new RewardSet([.. RewardCatalog.All.Select(definition => WeightedReward.Bind(definition.Name))]);
        var alone = JsonSerializer.Serialize(set.Score(samples, 1));
        foreach (var threads in new[] { 2, 8, -1 })
            Assert.Equal(alone, JsonSerializer.Serialize(set.Score(samples, threads)));
    }

    private static (RewardDefinition Definition, IReward Reward)[] Bound() => [.. RewardCatalog.All.Select(definition => (definition, definition.Bind(null)))];

    private static RewardSample Sample(Random random) => new()
    {
        Completion = HostileTexts.Mixed(random),
        Prompt = random.Next(3) == 0 ? HostileTexts.Mixed(random) : null,
        Reference = random.Next(8) == 0 ? null : References[random.Next(References.Length)],
        Group = $"g{random.Next(20)}",
        TokenCount = random.Next(4) == 0 ? null : random.Next(30_000),
        FinishReason = random.Next(4) is var reason and < 3 ? (FinishReason)reason : null,
    };

    private static RewardScore Scored(IReward reward, RewardSample sample) =>
        reward is ISampleReward each ? each.Score(sample) : Assert.Single(((IGroupReward)reward).Score([sample]));

    private static void Check(RewardDefinition definition, RewardSample sample, RewardScore score)
    {
        Assert.True(score.Reason.Length > 0, definition.Name);
        Assert.True(score.Score is null || (double.IsFinite(score.Score.Value) && score.Score >= definition.Range.Min && score.Score <= definition.Range.Max), $"{definition.Name}: {score.Score} for {JsonSerializer.Serialize(sample.Completion)}");
    }
}
