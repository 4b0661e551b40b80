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
    public static TokenTerms Evaluate(in TokenInputs token, LossOptions options)
    {
        var (k, lambda) = token.Advantage >= 0 ? (options.Vespo.KPos, options.Vespo.LambdaPos) : (options.Vespo.KNeg, options.Vespo.LambdaNeg);
        var bounded = Math.Clamp(token.Ratio, SmallestRatio, LargestRatio);
        var weight = Math.Exp(lambda + (k * Math.Log(bounded)) - (lambda * bounded));
        var term = weight * token.Advantage * token.Logprob;
        return new(token.Ratio, weight, token.Ratio * token.Advantage * token.Logprob, term, term, TokenClip.None, GradLogRatio: 0, GradLogprob: weight * token.Advantage);
    }
}
