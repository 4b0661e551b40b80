using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>
/// sg(phi(w)) A log pi with phi(w) = w^k exp(lambda (1 - w)), a gamma-shaped weight of the sequence's ratio w that is 1 at w = 1.
/// Source: VESPO, as in TRL's get_gamma_weights.
/// </summary>
public readonly struct GammaWeight : IPolicyTerm
{
    private const double SmallestRatio = 1e-8;
    private static readonly double LargestRatio = Math.Exp(20);

    /// <inheritdoc/>
    /// <remarks>d objective / d logprob = phi A. TRL bounds the ratio to [1e-8, e^20].</remarks>
    public static TermLanes Evaluate(in TokenInputs token, LossOptions options)
    {
        var settings = options.Vespo;
        var k = Vector.ConditionalSelect(token.IsNegative, Vector.Create(settings.KNeg), Vector.Create(settings.KPos));
        var lambda = Vector.ConditionalSelect(token.IsNegative, Vector.Create(settings.LambdaNeg), Vector.Create(settings.LambdaPos));
        var bounded = Vector.Min(Vector.Max(token.Ratio, Vector.Create(SmallestRatio)), Vector.Create(LargestRatio));
        var weight = Vector.Exp(lambda + (k * Vector.Log(bounded)) - (lambda * bounded));
        var grad = weight * token.Advantage;
        var term = grad * token.Logprob;
        return new() { ClippedRatio = weight, UnclippedTerm = token.Ratio * token.Advantage * token.Logprob, ClippedTerm = term, MinTerm = term, GradLogprob = grad };
    }
}
