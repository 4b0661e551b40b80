namespace Grpo.Losses;

/// <summary>
/// The loss of a PPO critic: half the squared distance of value and return, the larger of that of the value and of the value clipped around the old one.
/// Source: PPO, as in verl's compute_value_loss.
/// </summary>
public static class ValueLoss
{
    /// <summary>loss = 1/2 sum weight max((v - R)^2, (clip(v, v_old - c, v_old + c) - R)^2).</summary>
    /// <param name="batch">The completions, ragged.</param>
    /// <param name="clipRange">c, at least 0.</param>
    /// <param name="aggregation">How token losses become one number.</param>
    /// <param name="normalizer">The counts of the whole batch.</param>
    public static ValueLossResult Compute(IReadOnlyList<ValueSequence> batch, double clipRange, LossAggregation aggregation, LossNormalizer normalizer)
    {
        var counts = new BatchCounts(
            batch.Sum(sequence => sequence.TokenCount),
            batch.Count(sequence => sequence.TokenCount > 0 || normalizer.EmptyRows == EmptyRows.Count),
            batch.Max(sequence => sequence.Values.Length));
        var (loss, clipped) = (0.0, 0);
        var gradients = new double[batch.Count][];
        for (var i = 0; i < gradients.Length; i++)
        {
            var sequence = batch[i];
            var grad = gradients[i] = new double[sequence.Values.Length];
            var weight = sequence.TokenCount == 0 ? 0 : aggregation.Weight(counts, normalizer, sequence.TokenCount);
            for (var t = 0; t < grad.Length; t++)
            {
                if (!sequence.Includes(t)) continue;
                var bounded = Math.Clamp(sequence.Values[t], sequence.OldValues[t] - clipRange, sequence.OldValues[t] + clipRange);
                var (free, held) = (sequence.Values[t] - sequence.Returns[t], bounded - sequence.Returns[t]);
                var clip = held * held > free * free;
                loss += weight / 2 * Math.Max(free * free, held * held);
                clipped += clip ? 1 : 0;
                grad[t] = clip ? 0 : weight * free;
            }
        }

        return new(LossTotals.Defined(loss), gradients, counts.Tokens, clipped);
    }
}

/// <summary>What a critic said about one completion.</summary>
/// <param name="Values">The critic that is trained, shape (T).</param>
/// <param name="OldValues">The same before the update, shape (T).</param>
/// <param name="Returns">What it should have said, shape (T).</param>
/// <param name="Mask">1 where a token is in the loss, shape (T); null is all.</param>
public sealed record ValueSequence(double[] Values, double[] OldValues, double[] Returns, byte[]? Mask)
{
    /// <summary>Tokens in the loss.</summary>
    public int TokenCount => Mask is null ? Values.Length : Mask.Count(value => value != 0);

    /// <summary>Whether a token is in the loss.</summary>
    public bool Includes(int token) => Mask is null || Mask[token] != 0;
}

/// <summary>The loss of a critic.</summary>
/// <param name="Loss">What is minimised; null when it overflowed.</param>
/// <param name="GradValues">d loss / d values, shape (N)(T).</param>
/// <param name="Tokens">Tokens in the loss.</param>
/// <param name="Clipped">Tokens whose clipped distance is the larger one: no gradient.</param>
public sealed record ValueLossResult(double? Loss, double[][] GradValues, int Tokens, int Clipped);
