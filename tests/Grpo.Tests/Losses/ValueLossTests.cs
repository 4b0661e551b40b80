using Grpo.Losses;

namespace Grpo.Tests.Losses;

public class ValueLossTests
{
    private const double Step = 1e-6;

    [Theory]
    [InlineData("token-mean")]
    [InlineData("seq-mean-token-mean")]
    [InlineData("seq-mean-token-sum")]
    public void The_gradient_is_the_slope_of_the_loss(string aggregation)
    {
        var random = new Random(5);
        var batch = Enumerable.Range(0, 4).Select(_ => new ValueSequence(Numbers(5), Numbers(5), Numbers(5), [1, 1, 0, 1, 1])).ToArray();
        var gradients = Compute(batch).GradValues;
        for (var i = 0; i < batch.Length; i++)
        {
            for (var t = 0; t < 5; t++)
            {
                Assert.Equal((LossAt(i, t, Step) - LossAt(i, t, -Step)) / (2 * Step), gradients[i][t], 6);
            }
        }

        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];

        ValueLossResult Compute(ValueSequence[] sequences) => ValueLoss.Compute(sequences, 0.2, LossAggregations.All[aggregation], new());

        double LossAt(int sequence, int token, double step)
        {
            var moved = batch.ToArray();
            var values = moved[sequence].Values.ToArray();
            values[token] += step;
            moved[sequence] = moved[sequence] with { Values = values };
            return Compute(moved).Loss!.Value;
        }
    }

    [Fact]
    public void A_value_that_left_the_range_the_wrong_way_is_held_by_the_larger_distance()
    {
        // From 0 to 1 with return 1: the clipped value 0.2 is 0.8 away, which is the loss, and it does not move.
        var result = ValueLoss.Compute([new([1], [0], [1], null)], 0.2, LossAggregations.All["token-mean"], new());

        Assert.Equal(0.32, result.Loss!.Value, 12);
        Assert.Equal(0, result.GradValues[0][0]);
        Assert.Equal(1, result.Clipped);
    }
}
