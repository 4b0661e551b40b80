namespace Grpo.Losses;

/// <summary>Counts a batch, and refuses one whose arrays do not fit.</summary>
internal static class BatchChecks
{
    /// <summary>The sizes of a batch.</summary>
    /// <exception cref="ArgumentException">The arrays of a sequence differ in length, or logprobs that the options need are missing.</exception>
    public static BatchCounts Count(IReadOnlyList<LossSequence> batch, LossOptions options)
    {
        var (tokens, rows, longest) = (0, 0, 0);
        foreach (var sequence in batch)
        {
            CheckLengths(sequence, options);
            var tokenCount = sequence.TokenCount;
            tokens += tokenCount;
            rows += tokenCount > 0 || options.Normalizer.EmptyRows == EmptyRows.Count ? 1 : 0;
            longest = Math.Max(longest, sequence.Length);
        }

        return new(tokens, rows, longest);
    }

    private static void CheckLengths(LossSequence sequence, LossOptions options)
    {
        Check(sequence.OldLogprobs?.Length, nameof(LossSequence.OldLogprobs), mayBeAbsent: true);
        Check(sequence.RefLogprobs?.Length, nameof(LossSequence.RefLogprobs), mayBeAbsent: options.Beta == 0);
        Check(sequence.RolloutLogprobs?.Length, nameof(LossSequence.RolloutLogprobs), mayBeAbsent: options.RolloutCorrection is null);
        Check(sequence.Weights?.Length, nameof(LossSequence.Weights), mayBeAbsent: true);
        Check(sequence.Entropies?.Length, nameof(LossSequence.Entropies), mayBeAbsent: !options.ReadsEntropies);
        Check(sequence.Mask.IsEmpty ? null : sequence.Mask.Length, nameof(LossSequence.Mask), mayBeAbsent: true);
        if (sequence.Advantages.Length != 1) Check(sequence.Advantages.Length, nameof(LossSequence.Advantages), mayBeAbsent: false);

        void Check(int? length, string name, bool mayBeAbsent)
        {
            if (length == sequence.Length || (mayBeAbsent && length is null)) return;
            throw new ArgumentException($"{name} has {length ?? 0} values for {sequence.Length} tokens.", nameof(sequence));
        }
    }
}
