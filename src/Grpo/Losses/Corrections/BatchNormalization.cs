namespace Grpo.Losses.Corrections;

/// <summary>Brings the mean weight of a batch to 1.</summary>
public static class BatchNormalization
{
    /// <summary>verl's constant beside the number of tokens.</summary>
    private const double Epsilon = 1e-8;

    /// <summary>Divides the weights by their mean: over tokens, or over sequences when a sequence has one weight.</summary>
    /// <param name="batch">The completions.</param>
    /// <param name="weights">In and out, shape (N)(T).</param>
    /// <param name="perSequence">Whether a sequence counts once.</param>
    /// <returns>The mean that was divided by; 1 when it would be 0.</returns>
    public static double Divide(IReadOnlyList<LossSequence> batch, double[][] weights, bool perSequence)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < weights.Length; i++)
        {
            var sequence = batch[i].View;
            for (var t = 0; t < sequence.Length; t++)
            {
                if (!sequence.Includes(t)) continue;
                var weight = perSequence ? weights[i][t] * sequence.TokenCount / (sequence.TokenCount + Epsilon) : weights[i][t];
                (sum, count) = (sum + weight, count + 1);
                if (perSequence) break;
            }
        }

        var mean = sum > 0 ? sum / (perSequence ? count : count + Epsilon) : 1;
        foreach (var row in weights)
        {
            foreach (ref var weight in row.AsSpan()) weight /= mean;
        }

        return mean;
    }
}
