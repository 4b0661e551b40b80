using Grpo.Engines.Onnx.Sampling;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Sampling;

public class TokenDistributionTests
{
    private const int Eos = 2;
    private static readonly float[] Logits = [1.5f, -0.25f, 3f, 0f, 2.75f, -7f, 2.75f, 0.125f];

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.6)]
    [InlineData(1.7)]
    public void Logprob_is_that_of_softmax_of_logits_over_temperature(double temperature)
    {
        var expected = LogSoftmax(Logits, temperature);

        foreach (var token in DrawMany(new SamplingOptions { Temperature = temperature }))
        {
            Assert.Equal(expected[token.TokenId], token.Logprob, 1e-6);
            Assert.Equal(token.Logprob, token.SamplingLogprob);
        }
    }

    [Theory]
    [InlineData(1023)]
    [InlineData(1025)]
    [InlineData(5003)]
    public void A_large_vocabulary_has_the_probabilities_of_a_small_one(int vocabulary)
    {
        var random = new Random(vocabulary);
        float[] logits = [.. Enumerable.Range(0, vocabulary).Select(_ => (random.NextSingle() * 30) - 15)];
        var distribution = new TokenDistribution(vocabulary);
        foreach (var temperature in (double[])[1, 0.7])
        {
            // The definition, without any care for overflow: log p = z - log sum exp z.
            double[] scaled = [.. logits.Select(logit => logit / temperature)];
            var logTotal = Math.Log(scaled.Sum(Math.Exp));
            var entropy = -scaled.Sum(z => Math.Exp(z - logTotal) * (z - logTotal));
            foreach (var token in (int[])[0, 1022, vocabulary - 1])
            {
                var scored = distribution.Score(logits, temperature, token, withEntropy: true, []);
                Assert.Equal(scaled[token] - logTotal, scored.Logprob, 1e-5);
                Assert.Equal(entropy, scored.Entropy, 1e-5);
            }
        }
    }

    [Fact]
    public void Tokens_come_as_often_as_their_probability_says()
    {
        var expected = LogSoftmax(Logits, 1).Select(Math.Exp).ToArray();
        var drawn = DrawMany(new SamplingOptions(), 50_000);

        for (var token = 0; token < Logits.Length; token++)
        {
            var share = drawn.Count(sample => sample.TokenId == token) / 50_000.0;
            Assert.Equal(expected[token], share, 0.008);
        }
    }

    [Fact]
    public void Entropy_is_that_of_the_full_distribution()
    {
        var logprobs = LogSoftmax(Logits, 0.8);
        var token = Draw(new SamplingOptions { Temperature = 0.8, TopK = 1 }, 0.5, withEntropy: true);

        Assert.Equal(-logprobs.Sum(logprob => Math.Exp(logprob) * logprob), token.Entropy, 1e-6);
    }

    [Fact]
    public void Greedy_takes_the_largest_logit_and_gives_logprobs_at_temperature_one()
    {
        var token = Draw(new SamplingOptions { Temperature = 0 }, 0.99);

        Assert.Equal(2, token.TokenId);
        Assert.Equal(LogSoftmax(Logits, 1)[2], token.Logprob, 1e-6);
        Assert.Equal(0, token.SamplingLogprob);
    }

    [Theory]
    [InlineData(3, 1.0, 0.0, new[] { 2, 4, 6 })]
    [InlineData(2, 1.0, 0.0, new[] { 2, 4 })] // tokens 4 and 6 tie: the lower id stays
    [InlineData(0, 0.33, 0.0, new[] { 2 })]
    [InlineData(0, 0.5, 0.0, new[] { 2, 4 })]
    [InlineData(0, 1.0, 0.7, new[] { 2, 4, 6 })]
    [InlineData(0, 1e-9, 0.0, new[] { 2 })]
    [InlineData(4, 0.9, 0.5, new[] { 2, 4, 6 })]
    public void Truncation_keeps_what_min_p_top_k_and_top_p_say(int topK, double topP, double minP, int[] kept)
    {
        var options = new SamplingOptions { TopK = topK, TopP = topP, MinP = minP };
        var drawn = DrawMany(options, 2_000);
        var logprobs = LogSoftmax(Logits, 1);
        var mass = kept.Sum(token => Math.Exp(logprobs[token]));

        Assert.Equal(kept, drawn.Select(token => token.TokenId).Distinct().Order());
        Assert.All(drawn, token =>
        {
            Assert.Equal(logprobs[token.TokenId], token.Logprob, 1e-6);
            Assert.Equal(logprobs[token.TokenId] - Math.Log(mass), token.SamplingLogprob, 1e-6);
        });
    }

    [Fact]
    public void Bias_changes_what_is_drawn_and_not_the_policys_logprob()
    {
        var token = Draw(new SamplingOptions { LogitBias = new Dictionary<int, double> { [5] = 100 } }, 0.5);

        Assert.Equal(5, token.TokenId);
        Assert.Equal(LogSoftmax(Logits, 1)[5], token.Logprob, 1e-6);
        Assert.Equal(0, token.SamplingLogprob, 1e-6);
    }

    [Fact]
    public void End_tokens_cannot_be_drawn_before_the_minimum_length()
    {
        var options = new SamplingOptions { MinTokens = 3, StopTokenIds = [4] };

        Assert.DoesNotContain(DrawMany(options, position: 2), token => token.TokenId is Eos or 4);
        Assert.Contains(DrawMany(options, position: 3), token => token.TokenId is Eos);
        Assert.Equal(6, Draw(options with { Temperature = 0 }, 0, position: 0).TokenId);
    }

    [Fact]
    public void A_logit_of_minus_infinity_is_never_drawn()
    {
        var rule = new SamplingRule(new SamplingOptions(), [Eos]);
        var distribution = new TokenDistribution(3);
        float[] logits = [float.NegativeInfinity, 0, float.NegativeInfinity];

        for (var i = 0; i <= 10; i++)
        {
            var token = distribution.Draw(logits, rule, 0, Math.Min(i / 10.0, Math.BitDecrement(1.0)), withEntropy: true);
            Assert.Equal((1, 0f, 0f), (token.TokenId, token.Logprob, token.Entropy));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_distribution_are_refused(float odd)
    {
        var rule = new SamplingRule(new SamplingOptions(), [Eos]);

        Assert.Throws<NonFiniteLogitsException>(() => new TokenDistribution(3).Draw([0f, odd, 1f], rule, 0, 0.5, withEntropy: false));
    }

    [Fact]
    public void Top_k_and_top_p_agree_with_a_full_sort_on_large_vocabularies()
    {
        var random = new Random(11);
        for (var round = 0; round < 50; round++)
        {
            var logits = Enumerable.Range(0, 5_000).Select(_ => (float)(random.NextDouble() * 30)).ToArray();
            var options = new SamplingOptions { TopK = round % 3 == 0 ? 0 : random.Next(1, 300), TopP = random.NextDouble() };
            var kept = KeptByFullSort(logits, options);
            var distribution = new TokenDistribution(logits.Length);
            var rule = new SamplingRule(options, [Eos]);

            for (var draw = 0; draw < 20; draw++)
            {
                var token = distribution.Draw(logits, rule, 0, random.NextDouble(), withEntropy: false);
                Assert.Equal(Math.Log(kept[token.TokenId] / kept.Values.Sum()), token.SamplingLogprob, 1e-5);
            }
        }
    }

    [Fact]
    public void A_draw_allocates_nothing()
    {
        var options = new SamplingOptions { TopK = 5, TopP = 0.9, MinP = 0.01, MinTokens = 1, LogitBias = new Dictionary<int, double> { [1] = 1 } };
        var rule = new SamplingRule(options, [Eos]);
        var distribution = new TokenDistribution(Logits.Length);
        distribution.Draw(Logits, rule, 0, 0.5, withEntropy: true);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            distribution.Draw(Logits, rule, i, 0.5, withEntropy: true);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static Dictionary<int, double> KeptByFullSort(float[] logits, SamplingOptions options)
    {
        var sorted = logits.Select((logit, id) => (Id: id, Weight: Math.Exp(logit - (double)logits.Max())))
            .OrderByDescending(item => item.Weight).ThenBy(item => item.Id).Take(options.TopK > 0 ? options.TopK : logits.Length).ToList();
        var target = options.TopP * sorted.Sum(item => item.Weight);
        var kept = new Dictionary<int, double>();
        foreach (var (id, weight) in sorted)
        {
            if (kept.Count > 0 && kept.Values.Sum() >= target)
            {
                break;
            }

            kept.Add(id, weight);
        }

        return kept;
    }

    private static List<SampledToken> DrawMany(SamplingOptions options, int draws = 500, int position = 0) =>
        [.. Enumerable.Range(0, draws).Select(i => Draw(options, CounterRandom.Uniform(3, 0, 0, i), position: position))];

    private static SampledToken Draw(SamplingOptions options, double uniform, bool withEntropy = false, int position = 0) =>
        new TokenDistribution(Logits.Length).Draw(Logits, new SamplingRule(options, [Eos]), position, uniform, withEntropy);

    private static double[] LogSoftmax(float[] logits, double temperature)
    {
        var total = Math.Log(logits.Sum(logit => Math.Exp(logit / temperature)));
        return [.. logits.Select(logit => (logit / temperature) - total)];
    }
}
