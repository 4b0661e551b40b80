using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>Adds up one sequence and writes its gradient.</summary>
internal delegate SequenceSums AccumulateSequence(in SequenceView sequence, double weight, LossOptions options, in SequenceOutput output);

/// <summary>Where the results of a sequence go.</summary>
internal readonly ref struct SequenceOutput
{
    /// <summary>Where the sequence and the steps of the computation lie, the gradient among them.</summary>
    public required SequenceScratch Scratch { get; init; }

    /// <summary>The tokens that the loss type picked, shape (T), or empty.</summary>
    public required ReadOnlySpan<bool> Selected { get; init; }

    /// <summary>The largest gradient that its destination can hold.</summary>
    public required double LargestGradient { get; init; }

    /// <summary>Every number of every token, shape (T), or empty.</summary>
    public required Span<TokenExplanation> Tokens { get; init; }
}

/// <summary>The tokens of one sequence, several at a time: policy term, KL term, weight, gradient.</summary>
internal static class SequenceLoss
{
    /// <summary>
    /// loss += weight (-rollout weight * term + beta kl), and the gradient of it. A token whose ratio, term or divergence is not finite gets gradient 0 and is counted:
    /// there the derivative of the bounded side is 0, and automatic differentiation returns 0 * infinity.
    /// </summary>
    /// <param name="sequence">The completion, which lies in the scratch of <paramref name="output"/>.</param>
    /// <param name="weight">The weight of each of its tokens in the loss.</param>
    /// <param name="options">The settings of the loss.</param>
    /// <param name="output">Destination.</param>
    public static SequenceSums Accumulate<TTerm>(in SequenceView sequence, double weight, LossOptions options, in SequenceOutput output)
        where TTerm : struct, IPolicyTerm
    {
        var columns = Prepare(sequence, options, output);
        var sums = AddUp<TTerm>(columns, sequence.Length, weight, options, output.LargestGradient);
        if (!output.Tokens.IsEmpty) Explain<TTerm>(columns, weight, options, output.Tokens);
        if (options.Gradients) PullBack(sequence, options, columns);
        return sums with { Tokens = sequence.TokenCount };
    }

    /// <summary>The loop over the tokens, which writes the gradient by the logprobs and by the log ratios into the columns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SequenceSums AddUp<TTerm>(in TokenColumns columns, int length, double weight, LossOptions options, double largestGradient)
        where TTerm : struct, IPolicyTerm
    {
        var (beta, weights, largest) = (Vector.Create(options.Beta), Vector.Create(weight), Vector.Create(largestGradient));
        var (lowest, highest) = (Vector.Create(options.LogRatioMin), Vector.Create(options.LogRatioMax));
        var zero = Vector<double>.Zero;
        var sums = default(LaneSums);
        for (var t = 0; t < length; t += Vector<double>.Count)
        {
            var included = new Vector<long>(columns.Included, t);
            var token = columns.Token(t);
            var terms = TTerm.Evaluate(token, options);
            var logRatio = new Vector<double>(columns.LogRatios, t);
            var boundedLogRatio = Vector.Min(Vector.Max(logRatio, lowest), highest);
            var gradTerm = Vector.ConditionalSelect(Vector.Equals(boundedLogRatio, logRatio), terms.GradLogRatio, zero);
            var (kl, gradKlLogprob, gradKlLogRatio) = columns.Divergence(t);

            var rolloutWeight = new Vector<double>(columns.RolloutWeights, t);
            var objective = rolloutWeight * terms.MinTerm;
            var gradLogRatio = weights * ((beta * gradKlLogRatio) - (rolloutWeight * gradTerm));
            var gradLogprob = weights * ((beta * gradKlLogprob) - (rolloutWeight * terms.GradLogprob));
            var isFinite = included & IsFinite(token.Ratio) & IsFinite(objective + kl) & Vector.LessThanOrEqual(Vector.Abs(gradLogRatio + gradLogprob), largest);
            Vector.ConditionalSelect(isFinite, gradLogRatio, zero).CopyTo(columns.GradLogRatios, t);
            Vector.ConditionalSelect(isFinite, gradLogprob, zero).CopyTo(columns.GradLogprobs, t);
            sums.Add(included, isFinite, token.Ratio, boundedLogRatio, rolloutWeight, objective, kl, terms.Clip);
        }

        return sums.Total(weight, options.Beta);
    }

    /// <summary>Writes every number of every token, in a pass of its own: what is kept has to leave the registers.</summary>
    private static void Explain<TTerm>(in TokenColumns columns, double weight, LossOptions options, Span<TokenExplanation> tokens)
        where TTerm : struct, IPolicyTerm
    {
        for (var t = 0; t < tokens.Length; t += Vector<double>.Count)
        {
            var token = columns.Token(t);
            var terms = TTerm.Evaluate(token, options);
            var (kl, _, _) = columns.Divergence(t);
            for (var lane = 0; lane < Math.Min(Vector<double>.Count, tokens.Length - t); lane++)
            {
                tokens[t + lane] = columns.Included[t + lane] == 0
                    ? TokenExplanation.Masked
                    : new(Terms(token, terms, lane), columns.RolloutWeights[t + lane], kl[lane], options.Beta, weight);
            }
        }
    }

    /// <summary>What is computed for all tokens before the term: ratios, divergences, weights.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TokenColumns Prepare(in SequenceView sequence, LossOptions options, in SequenceOutput output)
    {
        var scratch = output.Scratch;
        var logRatios = scratch.Take(SequenceBuffer.LogRatios, sequence.Length);
        var ratios = scratch.Take(SequenceBuffer.Ratios, sequence.Length);
        options.EffectiveLevel.LogRatios(sequence, options, logRatios);
        if (PolicyWeights.AreOnes(sequence, options)) scratch.TakeOnes(sequence.Length);
        else PolicyWeights.Write(sequence, options, logRatios, scratch.Take(SequenceBuffer.RolloutWeights, sequence.Length));
        if (options.BoundsLogRatios) TensorPrimitives.Clamp(logRatios, options.LogRatioMin, options.LogRatioMax, ratios);
        TensorPrimitives.Exp(options.BoundsLogRatios ? ratios : logRatios, ratios);
        var hasDivergence = options.Beta != 0 && !options.FullKl;
        if (hasDivergence) WriteDivergence(sequence, ratios, options, scratch);
        scratch.Take(SequenceBuffer.GradLogRatios, sequence.Length);
        scratch.Take(SequenceBuffer.GradLogprobs, sequence.Length);
        return new(sequence, scratch, output.Selected, hasDivergence);
    }

    private static void WriteDivergence(in SequenceView sequence, ReadOnlySpan<double> ratios, LossOptions options, SequenceScratch scratch)
    {
        var rollout = sequence.RolloutLogprobs.IsEmpty ? sequence.OldLogprobs : sequence.RolloutLogprobs;
        Divergence.Write(options.KlEstimator, new(sequence.Logprobs, sequence.RefLogprobs, ratios, rollout), options.Kl, new()
        {
            Values = scratch.Take(SequenceBuffer.Kl, sequence.Length),
            GradLogprobs = scratch.Take(SequenceBuffer.GradKlLogprobs, sequence.Length),
            GradLogRatios = scratch.Take(SequenceBuffer.GradKlLogRatios, sequence.Length),
        });
    }

    private static void PullBack(in SequenceView sequence, LossOptions options, in TokenColumns columns) =>
        options.EffectiveLevel.PullBack(sequence, options, columns.GradLogRatios.AsSpan(0, sequence.Length), columns.GradLogprobs.AsSpan(0, sequence.Length));

    private static Vector<long> IsFinite(Vector<double> value) => Vector.LessThanOrEqual(Vector.Abs(value), Vector.Create(double.MaxValue));

    private static TokenTerms Terms(in TokenInputs token, in TermLanes terms, int lane) =>
        new(token.Ratio[lane], terms.ClippedRatio[lane], terms.UnclippedTerm[lane], terms.ClippedTerm[lane], terms.MinTerm[lane], (TokenClip)terms.Clip[lane]);
}
