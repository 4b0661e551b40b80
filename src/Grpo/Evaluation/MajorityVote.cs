namespace Grpo.Evaluation;

/// <summary>The vote of one sample: the class of answers that mean the same, and whether the sample is correct.</summary>
/// <param name="AnswerClass">Equal for answers that mean the same; null for a sample without an answer, which votes for nothing.</param>
/// <param name="Correct">Whether the sample is correct.</param>
public readonly record struct Vote(int? AnswerClass, bool Correct);

/// <summary>maj@k: the probability that the most frequent answer of k samples is correct (self-consistency, Wang et al. 2023, arXiv:2203.11171).</summary>
/// <remarks>
/// Classes with equally many votes share the vote: with t tied classes each counts 1/t. Members of one class that were judged differently count by their
/// share. Without any answer the vote is lost. From more than k samples, the mean over all subsets of k; over <see cref="Subsets"/> seeded draws when there
/// are more subsets than that.
/// </remarks>
public static class MajorityVote
{
    /// <summary>The most subsets looked at.</summary>
    public const int Subsets = 10_000;

    /// <summary>Estimates maj@k.</summary>
    /// <param name="votes">One per sample, shape (n).</param>
    /// <param name="k">Samples that vote, at least 1.</param>
    /// <param name="seed">Determines the draws where not all subsets are looked at.</param>
    /// <returns>In [0, 1]; null when there are fewer than k samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is less than 1.</exception>
    public static double? Estimate(IReadOnlyList<Vote> votes, int k, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (votes.Count < k) return null;
        int[] members = [.. Enumerable.Range(0, k)];
        if (votes.Count == k) return Outcome(votes, members);
        return CountSubsets(votes.Count, k) <= Subsets ? OverAll(votes, members) : OverDraws(votes, members, seed);
    }

    private static double OverAll(IReadOnlyList<Vote> votes, int[] members)
    {
        var (sum, count) = (0.0, 0);
        do
        {
            sum += Outcome(votes, members);
            count++;
        }
        while (Advance(members, votes.Count));
        return sum / count;
    }

    private static double OverDraws(IReadOnlyList<Vote> votes, int[] members, int seed)
    {
        var random = new Random(seed);
        int[] order = [.. Enumerable.Range(0, votes.Count)];
        var sum = 0.0;
        for (var draw = 0; draw < Subsets; draw++)
        {
            for (var i = 0; i < members.Length; i++)
            {
                var j = random.Next(i, order.Length);
                (order[i], order[j]) = (order[j], order[i]);
            }

            sum += Outcome(votes, order.AsSpan(0, members.Length));
        }

        return sum / Subsets;
    }

    private static double Outcome(IReadOnlyList<Vote> votes, ReadOnlySpan<int> members)
    {
        var classes = new Dictionary<int, (int Votes, int Correct)>();
        var most = 0;
        foreach (var member in members)
        {
            if (votes[member].AnswerClass is not { } answer) continue;
            var (count, correct) = classes.GetValueOrDefault(answer);
            classes[answer] = (count + 1, correct + (votes[member].Correct ? 1 : 0));
            most = Math.Max(most, count + 1);
        }

        return most == 0 ? 0 : classes.Values.Where(tally => tally.Votes == most).Average(tally => (double)tally.Correct / tally.Votes);
    }

    // The next subset in lexicographic order.
    private static bool Advance(int[] members, int n)
    {
        var last = members.Length - 1;
        while (last >= 0 && members[last] == n - members.Length + last)
        {
            last--;
        }

        if (last < 0) return false;
        members[last]++;
        for (var i = last + 1; i < members.Length; i++)
        {
            members[i] = members[i - 1] + 1;
        }

        return true;
    }

    private static double CountSubsets(int n, int k)
    {
        var count = 1.0;
        for (var i = 1; i <= k && count <= Subsets; i++)
        {
            count = count * (n - k + i) / i;
        }

        return count;
    }
}
