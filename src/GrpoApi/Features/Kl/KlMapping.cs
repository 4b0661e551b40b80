using Grpo.Losses;

namespace GrpoApi.Features.Kl;

/// <summary>From a request in our settings to the answer.</summary>
internal static class KlMapping
{
    /// <summary>An estimate per token.</summary>
    public static KlResponse Tokens(KlRequest request)
    {
        var (estimator, options) = (KlEstimators.All[request.Estimator], request.ToOptions());
        var (sum, count) = (0.0, 0);
        var sequences = (request.Sequences ?? []).Select(sequence =>
        {
            var (values, gradients) = (new double[sequence.Logprobs.Length], new double[sequence.Logprobs.Length]);
            for (var t = 0; t < values.Length; t++)
            {
                if (sequence.Mask?[t] == 0) continue;
                var logprob = sequence.Logprobs[t];
                var ratio = Math.Exp(logprob - (sequence.OldLogprobs?[t] ?? logprob));
                var (value, byLogprob, byRatio) = Divergence.At(estimator, logprob, sequence.RefLogprobs[t], ratio, sequence.RolloutLogprobs?[t] ?? logprob, options);
                values[t] = value;
                gradients[t] = double.IsFinite(value) && double.IsFinite(byLogprob + byRatio) ? byLogprob + byRatio : 0;
                (sum, count) = (sum + value, count + 1);
            }

            return new KlNumbers { Kl = values, GradLogprobs = gradients };
        }).ToArray();
        return Answer(sequences, sum / count);
    }

    /// <summary>The exact divergence over the sequences as outcomes.</summary>
    public static KlResponse Outcomes(KlRequest request)
    {
        LossSequence[] batch = [.. (request.Sequences ?? []).Select(sequence => new LossSequence
        {
            Logprobs = sequence.Logprobs,
            RefLogprobs = sequence.RefLogprobs,
            Mask = sequence.Mask is { } mask ? Array.ConvertAll(mask, value => (byte)value) : null,
            Advantages = new double[] { 0 },
        })];
        double[][] gradients = [.. batch.Select(sequence => new double[sequence.Length])];
        var parts = OutcomeDivergence.Accumulate(batch, scale: 1, gradients);
        return Answer([.. parts.Select((part, index) => new KlNumbers { Kl = OnLastToken(part, gradients[index].Length), GradLogprobs = gradients[index] })], parts.Sum());
    }

    private static double[] OnLastToken(double value, int length)
    {
        var values = new double[length];
        if (length > 0) values[^1] = value;
        return values;
    }

    private static KlResponse Answer(IReadOnlyList<KlNumbers> sequences, double kl) => new()
    {
        Sequences = sequences,
        Metrics = new Dictionary<string, double?> { ["kl"] = double.IsFinite(kl) ? kl : null },
    };
}
