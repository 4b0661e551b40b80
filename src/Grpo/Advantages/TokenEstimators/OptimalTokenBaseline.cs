namespace Grpo.Advantages.TokenEstimators;

/// <summary>
/// A_t = G_t - b_t with G_t the return from token t on and, over the completions i of the group, b_t = sum_i G_it W_it / (sum_i W_it + 1e-8), where W_t is the
/// sum up to t of 1 - 2 pi + sum over the vocabulary of pi^2, the squared norm of the gradient of log pi by the logits: the baseline of least variance at each
/// token. Source: verl's optimal_token_baseline.
/// </summary>
public static class OptimalTokenBaseline
{
    /// <summary>verl's constant beside the sum of the norms.</summary>
    private const double Epsilon = 1e-8;

    /// <inheritdoc cref="EstimateTokenAdvantages"/>
    /// <remarks>Token t of one completion is compared with token t of the others; the only completion of a group has the baseline 0.</remarks>
    /// <exception cref="ArgumentException">A completion has no log-probabilities or no sum of squared probabilities, or the groups do not hold all completions.</exception>
    public static double[][] Estimate(TokenRewardBatch batch, TokenAdvantageOptions options) =>
        Estimate(batch, completion => [.. Enumerable.Range(0, completion.Rewards.Length)], withTail: true);

    /// <inheritdoc cref="EstimateTokenAdvantages"/>
    /// <remarks>
    /// For completions with tool output inside (tir): the n-th token of the policy is compared with the n-th of the others, and where only the longest
    /// completion is left its baseline is 0.
    /// </remarks>
    /// <exception cref="ArgumentException">As <see cref="Estimate(TokenRewardBatch, TokenAdvantageOptions)"/>.</exception>
    public static double[][] EstimateAcrossTurns(TokenRewardBatch batch, TokenAdvantageOptions options) =>
        Estimate(batch, completion => [.. Enumerable.Range(0, completion.Rewards.Length).Where(completion.Includes)], withTail: false);

    private static double[][] Estimate(TokenRewardBatch batch, Func<TokenRewards, int[]> steps, bool withTail)
    {
        if (batch.GroupSizes.Sum() != batch.Completions.Count) throw new ArgumentException("The groups do not hold all completions.", nameof(batch));
        var members = batch.Completions.Select(completion => new Member(completion, steps(completion))).ToArray();
        foreach (var group in batch.Groups())
        {
            if (members[group].Length > 1) Subtract(members[group], withTail);
        }

        return [.. members.Select(member => member.Advantages)];
    }

    private static void Subtract(Member[] group, bool withTail)
    {
        var longest = group.Max(member => member.Steps.Length);
        var shared = withTail ? longest : group.Select(member => member.Steps.Length).OrderDescending().ElementAt(1);
        for (var step = 0; step < Math.Min(longest, shared); step++)
        {
            Member[] there = [.. group.Where(member => step < member.Steps.Length && member.Includes(step))];
            var baseline = there.Sum(member => member.Returns[step] * member.Norms[step]) / (there.Sum(member => member.Norms[step]) + Epsilon);
            foreach (var member in there) member.Advantages[member.Steps[step]] -= baseline;
        }
    }

    /// <summary>One completion, step by step.</summary>
    private sealed class Member
    {
        private readonly TokenRewards _completion;

        public Member(TokenRewards completion, int[] steps)
        {
            var logprobs = completion.OldLogprobs ?? throw new ArgumentException("The estimator optimal_token_baseline needs old_logprobs.", nameof(completion));
            var squares = completion.SumPiSquared ?? throw new ArgumentException("The estimator optimal_token_baseline needs sum_pi_squared.", nameof(completion));
            (_completion, Steps) = (completion, steps);
            (Returns, Norms, Advantages) = (new double[steps.Length], new double[steps.Length], new double[completion.Rewards.Length]);
            var norm = 0.0;
            for (var step = 0; step < steps.Length; step++)
            {
                if (Includes(step)) norm += 1 - (2 * Math.Exp(logprobs[steps[step]])) + squares[steps[step]];
                Norms[step] = norm;
            }

            var later = 0.0;
            for (var step = steps.Length - 1; step >= 0; step--)
            {
                if (!Includes(step)) continue;
                later += completion.Rewards[steps[step]];
                Advantages[steps[step]] = Returns[step] = later;
            }
        }

        /// <summary>The token of each step.</summary>
        public int[] Steps { get; }

        /// <summary>The sum of the rewards from a step on.</summary>
        public double[] Returns { get; }

        /// <summary>The sum of the squared gradient norms up to a step.</summary>
        public double[] Norms { get; }

        /// <summary>Per token.</summary>
        public double[] Advantages { get; }

        public bool Includes(int step) => _completion.Includes(Steps[step]);
    }
}
