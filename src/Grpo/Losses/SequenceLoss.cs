using System.Numerics.Tensors;
using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>Adds up one sequence and writes its gradient.</summary>
internal delegate SequenceSums AccumulateSequence(in SequenceView sequence, double weight, LossOptions options, in SequenceOutput output);

/// <summary>Where the results of a sequence go. Every span has the length T, or is empty when that result is not wanted.</summary>
internal readonly ref struct SequenceOutput
{
    /// <summary>Where the steps of the computation lie.</summary>
    public required SequenceScratch Scratch { get; init; }

    /// <summary>The tokens that the loss type picked, or empty.</summary>
    public required ReadOnlySpan<bool> Selected { get; init; }

    /// <summary>d loss / d logprob, zeros on entry.</summary>
    public required Span<double> GradLogprobs { get; init; }

    /// <summary>The largest gradient that its destination can hold.</summary>
    public required double LargestGradient { get; init; }

    /// <summary>Every number of every token.</summary>
    public required Span<TokenExplanation> Tokens { get; init; }
}

/// <summary>
/// The tokens of one sequence: policy term, KL term, weight, gradient. What is expensive, the exponentials, is computed for all tokens at once in the
/// processor's vector registers; the term itself is inlined into the loop that adds up.
/// </summary>
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
        var scratch = output.Scratch;
        var logRatios = scratch.Take(SequenceBuffer.LogRatios, sequence.Length);
        var rolloutWeights = scratch.Take(SequenceBuffer.RolloutWeights, sequence.Length);
        var gradLogRatios = scratch.Take(SequenceBuffer.GradLogRatios, sequence.Length);
        options.EffectiveLevel.LogRatios(sequence, options, logRatios);
        PolicyWeights.Write(sequence, options, logRatios, rolloutWeights);
        var ratios = Ratios(logRatios, options, scratch);
        var divergence = Divergences(sequence, ratios, options, scratch);

        gradLogRatios.Clear();
        var sums = new SequenceSums { Tokens = sequence.TokenCount };
        for (var t = 0; t < sequence.Length; t++)
        {
            if (!sequence.Includes(t))
            {
                if (!output.Tokens.IsEmpty) output.Tokens[t] = TokenExplanation.Masked;
                continue;
            }

            var logRatio = Math.Clamp(logRatios[t], options.LogRatioMin, options.LogRatioMax);
            var selected = !output.Selected.IsEmpty && output.Selected[t];
            var terms = TTerm.Evaluate(new(ratios[t], sequence.Logprobs[t], sequence.OldLogprobs[t], sequence.Advantage(t), selected), options);
            if (logRatio != logRatios[t]) terms = terms with { GradLogRatio = 0 };
            var (kl, gradKlLogprob, gradKlLogRatio) = divergence.Values.IsEmpty
                ? default
                : (divergence.Values[t], options.Beta * divergence.GradLogprobs[t], options.Beta * divergence.GradLogRatios[t]);

            var rolloutWeight = rolloutWeights[t];
            var gradLogRatio = weight * (gradKlLogRatio - (rolloutWeight * terms.GradLogRatio));
            var gradLogprob = weight * (gradKlLogprob - (rolloutWeight * terms.GradLogprob));
            if (double.IsFinite(ratios[t]) && Math.Abs(gradLogRatio + gradLogprob) <= output.LargestGradient && double.IsFinite((rolloutWeight * terms.MinTerm) + kl))
            {
                gradLogRatios[t] = gradLogRatio;
                if (!output.GradLogprobs.IsEmpty) output.GradLogprobs[t] = gradLogprob;
                sums.Ratio += ratios[t];
                sums.ApproxKl += ratios[t] - 1 - logRatio;
            }
            else
            {
                sums.Nonfinite++;
            }

            sums.Add(terms, rolloutWeight, kl, weight, options.Beta);
            if (!output.Tokens.IsEmpty) output.Tokens[t] = new(terms, rolloutWeight, kl, options.Beta, weight);
        }

        if (!output.GradLogprobs.IsEmpty) options.EffectiveLevel.PullBack(sequence, options, gradLogRatios, output.GradLogprobs);
        return sums;
    }

    /// <summary>exp of the log ratios between their bounds.</summary>
    private static Span<double> Ratios(ReadOnlySpan<double> logRatios, LossOptions options, SequenceScratch scratch)
    {
        var ratios = scratch.Take(SequenceBuffer.Ratios, logRatios.Length);
        TensorPrimitives.Clamp(logRatios, options.LogRatioMin, options.LogRatioMax, ratios);
        TensorPrimitives.Exp(ratios, ratios);
        return ratios;
    }

    /// <summary>The KL term of each token; empty without one.</summary>
    private static DivergenceRow Divergences(in SequenceView sequence, ReadOnlySpan<double> ratios, LossOptions options, SequenceScratch scratch)
    {
        if (options.Beta == 0 || options.FullKl) return new() { Values = [], GradLogprobs = [], GradLogRatios = [] };
        var row = new DivergenceRow
        {
            Values = scratch.Take(SequenceBuffer.Kl, sequence.Length),
            GradLogprobs = scratch.Take(SequenceBuffer.GradKlLogprobs, sequence.Length),
            GradLogRatios = scratch.Take(SequenceBuffer.GradKlLogRatios, sequence.Length),
        };
        var rollout = sequence.RolloutLogprobs.IsEmpty ? sequence.OldLogprobs : sequence.RolloutLogprobs;
        Divergence.Write(options.KlEstimator, new(sequence.Logprobs, sequence.RefLogprobs, ratios, rollout), options.Kl, row);
        return row;
    }
}
