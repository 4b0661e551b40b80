namespace Grpo.Losses.Terms;

/// <summary>
/// A (4 / tau) sigmoid(tau (r - 1)): the gradient fades smoothly with the distance from ratio 1 instead of being cut. Source: SAPO, arXiv:2511.20347.
/// </summary>
public readonly struct SigmoidGate : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d log r = 4 A g (1 - g) r with g the sigmoid, which is A at r = 1.</remarks>
    public static TokenTerms Evaluate(double ratio, double logprob, double oldLogprob, double advantage, LossOptions options)
    {
        var temperature = advantage > 0 ? options.Sapo.TemperaturePos : options.Sapo.TemperatureNeg;
        var gate = 1 / (1 + Math.Exp(-temperature * (ratio - 1)));
        var term = advantage * gate * 4 / temperature;
        return new(ratio, ratio, ratio * advantage, term, term, TokenClip.None, GradLogRatio: 4 * advantage * gate * (1 - gate) * ratio);
    }
}
