namespace Grpo.Losses.Terms;

/// <summary>
/// A (4 / tau) sigmoid(tau (r - 1)): the gradient fades smoothly with the distance from ratio 1 instead of being cut. Source: SAPO, arXiv:2511.20347.
/// </summary>
public readonly struct SigmoidGate : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d log r = 4 A g (1 - g) r with g the sigmoid, which is A at r = 1.</remarks>
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var temperature = token.Advantage > 0 ? options.Sapo.TemperaturePos : options.Sapo.TemperatureNeg;
        var gate = 1 / (1 + Math.Exp(-temperature * (token.Ratio - 1)));
        var term = token.Advantage * gate * 4 / temperature;
        return new(token.Ratio, token.Ratio, token.Ratio * token.Advantage, term, term, TokenClip.None, GradLogRatio: 4 * token.Advantage * gate * (1 - gate) * token.Ratio);
    }
}
