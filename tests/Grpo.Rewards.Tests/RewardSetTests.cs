using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests;

public class RewardSetTests
{
    [Fact]
    public void The_reward_is_the_weighted_sum_of_the_scores_there_are()
    {
        var set = new RewardSet([WeightedReward.Bind("accuracy", 2), WeightedReward.Bind("format", 0.5), WeightedReward.Bind("language_consistency", 1)]);
        var results = set.Score([Sample("<think>a</think><answer>5</answer>", "5"), Sample("6", "5"), Sample("<think>a</think><answer>5</answer>")]);
        Assert.Equal([2.5, 0, 0.5], results.Samples.Select(sample => sample.Reward));
        Assert.Null(results.Samples[0].Scores["language_consistency"].Score);
        Assert.Equal(0.5, results.Metrics["rewards/accuracy/mean"]);
        Assert.Equal(double.Sqrt(0.5), results.Metrics["rewards/accuracy/std"]!.Value, 12);
        Assert.Equal(2, results.Metrics["rewards/accuracy/scored"]);
        Assert.Null(results.Metrics["rewards/language_consistency/mean"]);
        Assert.Null(results.Metrics["rewards/language_consistency/std"]);
        Assert.Equal(0, results.Metrics["rewards/language_consistency/scored"]);
    }

    [Fact]
    public void Without_any_score_there_is_no_reward() =>
        Assert.Null(new RewardSet([WeightedReward.Bind("accuracy")]).Score([Sample("5")]).Samples[0].Reward);

    [Fact]
    public void Weight_zero_only_reports()
    {
        var results = new RewardSet([WeightedReward.Bind("accuracy", 0)]).Score([Sample("5", "5")]);
        Assert.Equal(0, results.Samples[0].Reward);
        Assert.Equal(1, results.Metrics["rewards/accuracy/mean"]);
        Assert.Equal(0, results.Metrics["rewards/accuracy/std"]);
    }

    [Fact]
    public void A_failure_costs_one_sample_its_score()
    {
        var results = new RewardSet([Wrap("fails", new FailsOn("bad"))]).Score([Sample("good"), Sample("bad"), Sample("good")]);
        Assert.Equal([1, null, 1], results.Samples.Select(sample => sample.Reward));
        Assert.Equal("internal_error", results.Samples[1].Scores["fails"].Reason);
        Assert.Equal("InvalidOperationException", (string?)results.Samples[1].Scores["fails"].Details["error"]);
        Assert.Equal(2, results.Metrics["rewards/fails/scored"]);
    }

    [Fact]
    public void A_failure_is_told_to_those_who_listen()
    {
        List<RewardFaultEventArgs> faults = [];
        RewardGuard.Fault += Add;
        new RewardSet([Wrap("fails", new FailsOn("heard"))]).Score([Sample("heard")]);
        RewardGuard.Fault -= Add;
        Assert.IsType<InvalidOperationException>(Assert.Single(faults).Exception);

        void Add(object? sender, RewardFaultEventArgs fault)
        {
            if (fault.Reward is FailsOn { Completion: "heard" })
                faults.Add(fault);
        }
    }

    [Fact]
    public void A_failure_in_a_group_costs_that_group_its_scores()
    {
        var samples = new[] { ("a", "p"), ("bad", "p"), ("c", "q") }.Select(pair => Sample(pair.Item1) with { Group = pair.Item2 }).ToArray();
        foreach (var reward in new IGroupReward[] { new FailsOnGroup(), new ForgetsOne() })
        {
            var results = new RewardSet([Wrap("fails", reward), WeightedReward.Bind("reasoning_steps")]).Score(samples);
            Assert.Equal(["internal_error", "internal_error", "fine"], results.Samples.Select(sample => sample.Scores["fails"].Reason));
            Assert.Equal(3, results.Metrics["rewards/reasoning_steps/scored"]);
        }
    }

    [Fact]
    public void Group_rewards_see_their_group_in_order()
    {
        var samples = new[] { ("aaa", "p"), ("b", "q"), ("c", "p"), ("dd", null) }.Select(pair => Sample(pair.Item1) with { Group = pair.Item2 }).ToArray();
        var results = new RewardSet([Wrap("longest", new LongestOfGroup())]).Score(samples);
        Assert.Equal([1, 1, 0, null], results.Samples.Select(sample => sample.Reward));
        Assert.StartsWith("group is missing", results.Samples[3].Scores["longest"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_result_does_not_depend_on_the_degree_of_parallelism()
    {
        var set = new RewardSet([WeightedReward.Bind("accuracy"), WeightedReward.Bind("format", 0.3), WeightedReward.Bind("language_consistency", 0.1)]);
        var samples = Enumerable.Range(0, 500).Select(i => Sample($"<think>we add числа {i}</think><answer>{i % 7}</answer>", (i % 5).ToString())).ToArray();
        var (one, many) = (set.Score(samples, 1), set.Score(samples, 8));
        Assert.Equal(one.Samples.Select(sample => sample.Reward), many.Samples.Select(sample => sample.Reward));
        Assert.Equal(one.Metrics, many.Metrics);
    }

    [Fact]
    public void A_set_that_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new RewardSet([]));
        Assert.Contains("appears twice", Assert.Throws<ArgumentException>(() => new RewardSet([WeightedReward.Bind("format"), WeightedReward.Bind("format")])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new RewardSet([WeightedReward.Bind("format", double.NaN)]));
        Assert.Throws<ArgumentException>(() => new RewardSet([WeightedReward.Bind("format", -1)]));
        Assert.Contains("known: accuracy", Assert.Throws<ArgumentException>(() => WeightedReward.Bind("acuracy")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_stops() =>
        Assert.Throws<OperationCanceledException>(() => new RewardSet([WeightedReward.Bind("format")]).Score([Sample("a")], cancellationToken: new CancellationToken(canceled: true)));

    private static WeightedReward Wrap<TReward>(string name, TReward reward)
        where TReward : IReward =>
        new() { Definition = new RewardDefinition<NoParams, TReward> { Name = name, Version = "1", Summary = name, Create = _ => reward }, Reward = reward };

    private sealed record NoParams;

    private sealed class FailsOn(string completion) : ISampleReward
    {
        public string Completion => completion;

        public RewardScore Score(RewardSample sample) => sample.Completion == completion ? throw new InvalidOperationException() : RewardScore.Of(1, "fine");
    }

    private sealed class FailsOnGroup : IGroupReward
    {
        public IReadOnlyList<RewardScore> Score(IReadOnlyList<RewardSample> group) =>
            [.. group.Select(sample => sample.Completion == "bad" ? throw new NotSupportedException() : RewardScore.Of(1, "fine"))];
    }

    private sealed class ForgetsOne : IGroupReward
    {
        public IReadOnlyList<RewardScore> Score(IReadOnlyList<RewardSample> group) =>
            [.. group.Where(sample => sample.Completion != "bad").Select(_ => RewardScore.Of(1, "fine"))];
    }

    private sealed class LongestOfGroup : IGroupReward
    {
        public IReadOnlyList<RewardScore> Score(IReadOnlyList<RewardSample> group) =>
            [.. group.Select(sample => RewardScore.Of(sample.Completion.Length == group.Max(other => other.Completion.Length) ? 1 : 0, "by length"))];
    }
}
