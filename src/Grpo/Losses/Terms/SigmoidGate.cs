using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>
/// A (4 / tau) sigmoid(tau (r - 1)): the gradient fades smoothly with the distance from ratio 1 instead of being cut. Source: SAPO, arXiv:2511.20347.
/// </summary>
public readonly struct SigmoidGate : IPolicyTerm
{
    /// <inheritdoc/>
    /// <remarks>d objective / d log r = 4 A g (1 - g) r with g the sigmoid, which is A at r = 1.</remarks>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var one = Vector<double>.One;
        var temperature = Vector.ConditionalSelect(token.IsPositive, Vector.Create(options.Sapo.TemperaturePos), Vector.Create(options.Sapo.TemperatureNeg));
        var gate = one / (one + Vector.Exp(-temperature * (token.Ratio - one)));
        var term = token.Advantage * gate * 4 / temperature;
        return new()
        {
            ClippedRatio = token.Ratio,
            UnclippedTerm = token.Ratio * token.Advantage,
            ClippedTerm = term,
            MinTerm = term,
            GradLogRatio = token.Advantage * gate * (one - gate) * token.Ratio * 4,
        };
    }
}
