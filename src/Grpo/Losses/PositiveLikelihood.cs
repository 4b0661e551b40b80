namespace Grpo.Losses;

/// <summary>
/// The negative log-likelihood of what succeeded: -mean of lp over the tokens of all sequences with a positive reward, added to the loss with a weight.
/// Source: VAPO, arXiv:2504.05118, as NeMo-RL's positive_example_nll_weight.
/// </summary>
internal static class PositiveLikelihood
{
    /// <summary>The mean, and its gradient -scale / tokens added on each of them; 0 without a positive reward.</summary>
    public static double Accumulate(IReadOnlyList<LossSequence> batch, double scale, double[][]? gradLogprobs)
    {
        var tokens = batch.Where(sequence => sequence.Reward > 0).Sum(sequence => sequence.TokenCount);
        var sum = 0.0;
        for (var i = 0; i < batch.Count; i++)
        {
            if (!(batch[i].Reward > 0)) continue;
            var sequence = batch[i].View;
            for (var t = 0; t < sequence.Length; t++)
            {
                if (!sequence.Includes(t)) continue;
                sum -= sequence.Logprobs[t];
                if (gradLogprobs is not null) gradLogprobs[i][t] -= scale / tokens;
            }
        }

        return tokens == 0 ? 0 : sum / tokens;
    }
}
