using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>Adds up one sequence and writes its gradient.</summary>
internal delegate SequenceSums AccumulateSequence(in SequenceView sequence, double weight, LossOptions options, in SequenceOutput output);

/// <summary>Where the results of a sequence go. Every span has the length T, or is empty when that result is not wanted.</summary>
internal readonly ref struct SequenceOutput
{
    /// <summary>Scratch.</summary>
    public required Span<double> LogRatios { get; init; }

    /// <summary>Scratch.</summary>
    public required Span<double> GradLogRatios { get; init; }

    /// <summary>Scratch.</summary>
    public required Span<double> RolloutWeights { get; init; }

    /// <summary>The tokens that the loss type picked, or empty.</summary>
    public required ReadOnlySpan<bool> Selected { get; init; }

    /// <summary>d loss / d logprob, zeros on entry.</summary>
    public required Span<double> GradLogprobs { get; init; }

    /// <summary>Every number of every token.</summary>
    public required Span<TokenExplanation> Tokens { get; init; }
}

/// <summary>The loop over the tokens of one sequence: policy term, KL term, weight, gradient.</summary>
internal static class SequenceLoss
{
    /// <summary>
    /// loss += weight (-rollout weight * term + beta kl), and the gradient of it. A token whose ratio, term or divergence is not finite gets gradient 0 and is counted:
    /// there the derivative of the bounded side is 0, and automatic differentiation returns 0 * infinity.
    /// </summary>
    /// <param name="sequence">The completion.</param>
    /// <param name="weight">The weight of each of its tokens in the loss.</param>
    /// <param name="options">The settings of the loss.</param>
    /// <param name="output">Destination.</param>
    public static SequenceSums Accumulate<TTerm>(in SequenceView sequence, double weight, LossOptions options, in SequenceOutput output)
        where TTerm : struct, IPolicyTerm
    {
        options.EffectiveLevel.LogRatios(sequence, options, output.LogRatios);
        PolicyWeights.Write(sequence, options, output.LogRatios, output.RolloutWeights);

        var sums = new SequenceSums { Tokens = sequence.TokenCount };
        for (var t = 0; t < sequence.Length; t++)
        {
            output.GradLogRatios[t] = 0;
            if (!sequence.Includes(t))
            {
                if (!output.Tokens.IsEmpty) output.Tokens[t] = TokenExplanation.Masked;
                continue;
            }

            var logRatio = Math.Clamp(output.LogRatios[t], options.LogRatioMin, options.LogRatioMax);
            var ratio = Math.Exp(logRatio);
            var selected = !output.Selected.IsEmpty && output.Selected[t];
            var terms = TTerm.Evaluate(new(ratio, sequence.Logprobs[t], sequence.OldLogprobs[t], sequence.Advantage(t), selected), options);
            if (logRatio != output.LogRatios[t]) terms = terms with { GradLogRatio = 0 };
            var (kl, gradKlLogprob, gradKlLogRatio) = Divergence(sequence, t, ratio, options);

            var rolloutWeight = output.RolloutWeights[t];
            var gradLogRatio = weight * (gradKlLogRatio - (rolloutWeight * terms.GradLogRatio));
            var gradLogprob = weight * (gradKlLogprob - (rolloutWeight * terms.GradLogprob));
            if (double.IsFinite(ratio) && double.IsFinite(gradLogRatio + gradLogprob) && double.IsFinite((rolloutWeight * terms.MinTerm) + kl))
            {
                output.GradLogRatios[t] = gradLogRatio;
                if (!output.GradLogprobs.IsEmpty) output.GradLogprobs[t] = gradLogprob;
                sums.Ratio += ratio;
                sums.ApproxKl += ratio - 1 - logRatio;
            }
            else
            {
                sums.Nonfinite++;
            }

            sums.Add(terms, rolloutWeight, kl, weight, options.Beta);
            if (!output.Tokens.IsEmpty) output.Tokens[t] = new(terms, rolloutWeight, kl, options.Beta, weight);
        }

        if (!output.GradLogprobs.IsEmpty) options.EffectiveLevel.PullBack(sequence, options, output.GradLogRatios, output.GradLogprobs);
        return sums;
    }

    /// <summary>The KL term of a token, with its gradient times beta split by the two ways it takes: the logprob itself and the ratio.</summary>
    private static (double Kl, double GradLogprob, double GradLogRatio) Divergence(in SequenceView sequence, int token, double ratio, LossOptions options)
    {
        if (options.Beta == 0) return default;
        if (options.FullKl) return default;
        var rollout = sequence.RolloutLogprobs.IsEmpty ? sequence.OldLogprobs[token] : sequence.RolloutLogprobs[token];
        var (kl, gradLogprob, gradLogRatio) = Losses.Divergence.At(options.KlEstimator, sequence.Logprobs[token], sequence.RefLogprobs[token], ratio, rollout, options.Kl);
        return (kl, options.Beta * gradLogprob, options.Beta * gradLogRatio);
    }
}
