using FsCheck;
using FsCheck.Fluent;
using Grpo.Advantages;

namespace Grpo.Tests.Advantages;

/// <summary>What holds for any rewards.</summary>
public class AdvantageLawTests
{
    private static readonly string[] Centred = ["grpo", "dr_grpo", "rloo"];

    /// <summary>Groups of 2 to 8 rewards in steps of 0.1, so that equal rewards are common.</summary>
    private static readonly Arbitrary<double[][]> Groups = Gen.Choose(-20, 20).Select(tenths => tenths / 10.0)
        .ArrayOf().Where(group => group.Length is > 1 and < 9).NonEmptyListOf().Select(groups => groups.ToArray()).ToArbitrary();

    [Fact]
    public void Advantages_of_a_group_sum_to_zero() => Holds((estimator, groups) =>
        Compute(estimator, groups).All(group => Math.Abs(group.Sum()) < 1e-9));

    [Fact]
    public void Adding_a_constant_to_the_rewards_changes_nothing() => Holds((estimator, groups) =>
        Same(Compute(estimator, groups), Compute(estimator, Each(groups, reward => reward + 37.5))));

    [Fact]
    public void Multiplying_the_rewards_changes_nothing_when_they_are_divided_by_their_spread()
    {
        var options = new AdvantageOptions { StdEpsilon = 0 };
        Holds(groups => Same(Compute("grpo", groups, options), Compute("grpo", Each(groups, reward => reward * 1e-3), options)));
        Holds(groups => Same(Compute("grpo", groups, options), Compute("grpo", Each(groups, reward => reward * 1e6), options)));
    }

    [Fact]
    public void Without_division_the_advantages_scale_with_the_rewards() => Holds(groups =>
        Same(Each(Compute("dr_grpo", groups), advantage => 3 * advantage), Compute("dr_grpo", Each(groups, reward => 3 * reward))));

    [Fact]
    public void The_order_of_the_completions_does_not_matter() => Holds((estimator, groups) =>
        Same([.. Compute(estimator, groups).Select(Reversed)], Compute(estimator, [.. groups.Select(Reversed)])));

    [Fact]
    public void The_order_of_the_groups_does_not_matter() => Holds((estimator, groups) =>
        Same([.. Compute(estimator, groups).Reverse()], Compute(estimator, [.. groups.Reverse()])));

    [Fact]
    public void A_reward_that_was_not_judged_is_as_if_it_were_not_there() => Holds((estimator, groups) =>
        Same(Compute(estimator, groups), [.. Compute(estimator, [.. groups.Select(group => group.Append(double.NaN).ToArray())]).Select(group => group[..^1])]));

    private static void Holds(Func<string, double[][], bool> law) => Holds(groups => Centred.All(estimator => law(estimator, groups)));

    private static void Holds(Func<double[][], bool> law) => Check.QuickThrowOnFailure(Prop.ForAll(Groups, law));

    private static double[][] Compute(string estimator, double[][] groups, AdvantageOptions? options = null)
    {
        var batch = new RewardBatch([.. groups.SelectMany(group => group)], [.. groups.Select(group => group.Length)]);
        var advantages = AdvantageEstimators.Compute(AdvantageEstimators.All[estimator], batch, options ?? new()).Advantages;
        return [.. Enumerable.Range(0, groups.Length).Select(group => advantages[batch.Group(group)])];
    }

    private static double[] Reversed(double[] group) => [.. group.AsEnumerable().Reverse()];

    private static double[][] Each(double[][] groups, Func<double, double> change) => [.. groups.Select(group => group.Select(change).ToArray())];

    private static bool Same(double[][] expected, double[][] actual) =>
        expected.Zip(actual).All(group => group.First.Zip(group.Second).All(pair => Math.Abs(pair.First - pair.Second) < 1e-9));
}
