using Grpo.Advantages;
using Grpo.Advantages.TokenEstimators;
using Grpo.Tests.Golden;

namespace Grpo.Tests.Advantages;

public class TokenAdvantageTests
{
    private static readonly string[] Ids = ["verl-adv-rfpp-01", "verl-adv-rfpp_baseline-01", "verl-adv-gae-01", "verl-adv-otb-02"];

    public static TheoryData<string> Golden => [.. Ids];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Advantages_are_verls(string id)
    {
        var golden = GoldenCase.Named(id);
        var batch = Batch(golden);
        var options = new TokenAdvantageOptions { Gamma = golden.Figure("gamma") ?? 1, Lambda = golden.Figure("lam") ?? 0.95 };

        var advantages = TokenAdvantageEstimators.All[golden.Text("estimator")!].Estimate(batch, options);

        var expected = GoldenCase.Matrix(golden.Expected.GetProperty("advantages"));
        for (var i = 0; i < expected.Length; i++)
        {
            for (var t = 0; t < expected[i].Length; t++)
            {
                Near.Assert(batch.Completions[i].Includes(t) ? expected[i][t] : 0, advantages[i][t], $"advantages[{i}][{t}]");
            }
        }
    }

    [Fact]
    public void Every_verl_case_of_these_estimators_is_covered() => Assert.Equal(
        Ids.Order(),
        GoldenCase.Of("advantage").Where(one => one.Trainer == "verl" && TokenAdvantageEstimators.All.TryGet(one.Text("estimator"), out _)).Select(one => one.Id).Order());

    [Fact]
    public void A_perfect_critic_leaves_no_advantage() => Assert.Equal(
        [0, 0, 0], GeneralizedAdvantage.Advantages(new() { Rewards = [0, 0, 1], Values = [1, 1, 1] }, new()));

    [Fact]
    public void With_lambda_1_the_advantage_is_the_return_above_the_value() => Assert.Equal(
        [2.75, 1, 0.5], GeneralizedAdvantage.Advantages(new() { Rewards = [1, 1, 1], Values = [0.25, 1, 0.5] }, new() { Lambda = 1 }));

    [Fact]
    public void Tokens_of_the_environment_are_stepped_over()
    {
        var plain = GeneralizedAdvantage.Advantages(new() { Rewards = [0, 1], Values = [0.2, 0.4] }, new());
        var withTool = GeneralizedAdvantage.Advantages(new() { Rewards = [0, 0, 1], Values = [0.2, 9, 0.4], Mask = [1, 0, 1] }, new());
        Assert.Equal(plain, new[] { withTool[0], withTool[2] });
    }

    [Fact]
    public void Discounted_returns_are_whitened_over_the_batch()
    {
        var batch = new TokenRewardBatch { Completions = [new() { Rewards = [0, 0, 4] }, new() { Rewards = [0, -2], Mask = [1, 1] }] };
        var advantages = TokenAdvantageEstimators.All["reinforce_plus_plus"].Estimate(batch, new() { Gamma = 0.5 });
        var tokens = advantages.SelectMany(row => row).ToArray();
        Assert.Equal(0, tokens.Sum(), 7);
        Assert.Equal(1, tokens.Sum(token => token * token) / (tokens.Length - 1), 6);
        Assert.Equal(2, (advantages[0][2] - advantages[0][1]) / (advantages[0][1] - advantages[0][0]), 12);
    }

    [Fact]
    public void Equal_rewards_and_single_tokens_carry_no_signal()
    {
        var single = new TokenRewardBatch { Completions = [new() { Rewards = [3] }], GroupSizes = [1] };
        Assert.Equal([0], TokenAdvantageEstimators.All["reinforce_plus_plus"].Estimate(single, new())[0]);
        var equal = new TokenRewardBatch { Completions = [new() { Rewards = [0, 1] }, new() { Rewards = [1] }], GroupSizes = [2] };
        Assert.All(TokenAdvantageEstimators.All["reinforce_plus_plus_baseline"].Estimate(equal, new()), row => Assert.All(row, value => Assert.Equal(0, value)));
    }

    [Fact]
    public void Missing_inputs_are_refused()
    {
        var batch = new TokenRewardBatch { Completions = [new() { Rewards = [1] }] };
        Assert.Throws<ArgumentException>(() => TokenAdvantageEstimators.All["gae"].Estimate(batch, new()));
        Assert.Throws<ArgumentException>(() => TokenAdvantageEstimators.All["reinforce_plus_plus_baseline"].Estimate(batch, new()));
    }

    [Fact]
    public void The_optimal_token_baseline_of_equal_completions_is_their_return()
    {
        TokenRewards completion = new() { Rewards = [0, 1], OldLogprobs = [-1, -2], SumPiSquared = [0.4, 0.3] };
        foreach (var estimator in new[] { "optimal_token_baseline", "tir_optimal_token_baseline" })
        {
            var advantages = TokenAdvantageEstimators.All[estimator].Estimate(new() { Completions = [completion, completion], GroupSizes = [2] }, new());
            Assert.All(advantages, row => Assert.All(row, value => Assert.Equal(0, value, 7)));
        }
    }

    [Fact]
    public void Beyond_the_other_completions_the_optimal_token_baseline_is_the_own_return_and_across_turns_0()
    {
        TokenRewards longer = new() { Rewards = [0, 0, 2], OldLogprobs = [-1, -1, -1], SumPiSquared = [0.5, 0.5, 0.5], Mask = [1, 0, 1] };
        TokenRewards shorter = new() { Rewards = [1], OldLogprobs = [-1], SumPiSquared = [0.5] };
        TokenRewardBatch batch = new() { Completions = [longer, shorter], GroupSizes = [2] };

        Assert.Equal(0, TokenAdvantageEstimators.All["optimal_token_baseline"].Estimate(batch, new())[0][2], 7);
        Assert.Equal(2, TokenAdvantageEstimators.All["tir_optimal_token_baseline"].Estimate(batch, new())[0][2]);
        Assert.Equal(0.5, TokenAdvantageEstimators.All["optimal_token_baseline"].Estimate(batch, new())[0][0], 7);
    }

    [Fact]
    public void The_only_completion_of_a_group_keeps_its_returns() => Assert.Equal(
        [3, 2],
        TokenAdvantageEstimators.All["optimal_token_baseline"].Estimate(
            new() { Completions = [new() { Rewards = [1, 2], OldLogprobs = [-1, -1], SumPiSquared = [0.5, 0.5] }], GroupSizes = [1] }, new())[0]);

    private static TokenRewardBatch Batch(GoldenCase golden)
    {
        var mask = golden.Matrix("mask");
        var values = Optional("values");
        var (logprobs, squares) = (Optional("old_log_probs"), Optional("sum_pi_squared"));
        return new()
        {
            Completions = [.. golden.Matrix("token_level_rewards").Select((row, i) => new TokenRewards
            {
                Rewards = row,
                Mask = [.. mask[i].Select(value => (byte)value)],
                Values = values?[i],
                OldLogprobs = logprobs?[i],
                SumPiSquared = squares?[i],
            })],
            GroupSizes = golden.HasInput("group_ids")
                ? [.. golden.Inputs.GetProperty("group_ids").EnumerateArray().GroupBy(id => id.ToString()).Select(group => group.Count())]
                : [],
        };

        double[][]? Optional(string name) => golden.HasInput(name) ? golden.Matrix(name) : null;
    }
}
