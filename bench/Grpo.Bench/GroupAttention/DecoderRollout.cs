using System.Diagnostics;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Sampling;
using Grpo.Engines.Onnx.Scheduling;
using Grpo.Rollouts;

namespace Grpo.Bench.GroupAttention;

/// <summary>A whole rollout on a decoder: the prompt is read, the group joins, every token is sampled in float64 with its log-probability, as the scheduler does it.</summary>
/// <param name="decoder">The decoder.</param>
/// <param name="tokenizer">The model's.</param>
/// <param name="threads">Threads that sample.</param>
internal sealed class DecoderRollout(IDecoder decoder, IPolicyTokenizer tokenizer, int threads)
{
    private readonly RowSampler _sampler = new(decoder.VocabSize, threads);

    /// <summary>Runs one group.</summary>
    /// <param name="shape">Its size.</param>
    /// <param name="seed">Chooses prompt and draws.</param>
    /// <param name="beforeLeave">Called when all tokens are there and the group still holds its cache.</param>
    /// <returns>The time of the rollout, and how much of it were the forward passes of decode steps.</returns>
    public (TimeSpan Whole, TimeSpan Prefill, TimeSpan Forward) Run(RolloutShape shape, int seed, Action? beforeLeave = null)
    {
        var random = new CounterTokens(seed, decoder.VocabSize);
        int[] prompt = [.. Enumerable.Range(0, shape.PromptTokens).Select(random.Token)];
        var sampling = new SamplingOptions { MaxTokens = shape.NewTokens };
        var request = new GroupRequest { PromptTokenIds = prompt, GroupSize = shape.GroupSize, Seed = seed, Sampling = sampling };
        var sequences = new GroupJob(request, new SamplingRule(sampling, []), tokenizer, null, null, CancellationToken.None).Sequences;
        var (tokens, drawn) = (new int[shape.GroupSize], new DrawnToken?[shape.GroupSize]);
        var forwardBefore = decoder.ForwardTime;
        var started = Stopwatch.GetTimestamp();
        using var prefix = decoder.Prefill(prompt);
        var prefill = Stopwatch.GetElapsedTime(started);
        for (var row = 0; row < shape.GroupSize; row++)
        {
            drawn[row] = _sampler.Draw(sequences[row], prefix.Logits);
            decoder.Join(prefix);
        }

        Append();
        for (var step = 1; step < shape.NewTokens; step++)
        {
            _sampler.Draw(sequences, decoder.Step(tokens), drawn);
            Append();
        }

        var whole = Stopwatch.GetElapsedTime(started);
        beforeLeave?.Invoke();
        for (var row = shape.GroupSize - 1; row >= 0; row--)
        {
            decoder.Leave(row);
        }

        return (whole, prefill, decoder.ForwardTime - forwardBefore);

        void Append()
        {
            for (var row = 0; row < shape.GroupSize; row++)
            {
                sequences[row].Append(drawn[row]!.Value, int.MaxValue);
                tokens[row] = sequences[row].LastToken;
            }
        }
    }

    /// <summary>Tokens that are different for every seed.</summary>
    private sealed class CounterTokens(int seed, int vocabSize)
    {
        public int Token(int position) => (int)(CounterRandom.Uniform(seed, 1, 0, position) * vocabSize);
    }
}
