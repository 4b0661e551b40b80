using Grpo.Losses;

namespace Grpo.Tests.Losses;

public class PositiveLikelihoodTests
{
    private static readonly LossSequence Succeeded = new() { Logprobs = new[] { -1.0, -3.0, -9.0 }, Mask = new byte[] { 1, 1, 0 }, Advantages = new[] { 1.0 }, Reward = 1 };
    private static readonly LossSequence Failed = new() { Logprobs = new[] { -2.0 }, Advantages = new[] { -1.0 }, Reward = 0 };

    [Fact]
    public void The_mean_likelihood_of_what_succeeded_is_added_with_its_gradient()
    {
        var without = PolicyLoss.Compute([Succeeded, Failed], new());
        var with = PolicyLoss.Compute([Succeeded, Failed], new() { PositiveNllWeight = 0.5 });

        Assert.Equal(without.Loss!.Value + (0.5 * 2), with.Loss!.Value, 12);
        Assert.Equal(2, with.Metrics["positive_nll_loss"]!.Value, 12);
        Assert.Equal([-0.25, -0.25, 0], with.GradLogprobs![0].Zip(without.GradLogprobs![0], (one, other) => Math.Round(one - other, 12)));
        Assert.Equal(without.GradLogprobs[1][0], with.GradLogprobs[1][0]);
    }

    [Fact]
    public void Where_nothing_succeeded_nothing_is_added() =>
        Assert.Equal(PolicyLoss.Compute([Failed], new()).Loss, PolicyLoss.Compute([Failed], new() { PositiveNllWeight = 2 }).Loss);
}
