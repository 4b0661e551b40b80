using Grpo.Engines.Onnx.Sampling;
using Grpo.Engines.Onnx.Scheduling;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Scheduling;

public class RowSamplerTests
{
    // Rows enough for several threads.
    private const int VocabSize = 40_000;
    private const int Rows = 24;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_number_of_threads_draws_what_a_row_alone_draws(int threads)
    {
        var (sequences, logits, drawn) = (Sequences(), Logits(), new DrawnToken?[Rows]);

        new RowSampler(VocabSize, threads).Draw(sequences, logits, drawn);

        var distribution = new TokenDistribution(VocabSize);
        Assert.Equal(sequences.Select((sequence, row) => sequence.Draw(Row(logits, row), distribution).Token), drawn.Select(one => one!.Value.Token));
        Assert.True(drawn.Select(one => one!.Value.Token.TokenId).Distinct().Count() > Rows / 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_row_without_a_distribution_is_null_and_no_other(int threads)
    {
        var (logits, drawn) = (Logits(), new DrawnToken?[Rows]);
        logits[(5 * VocabSize) + 123] = float.NaN;
        logits[(17 * VocabSize) + 4] = float.PositiveInfinity;

        new RowSampler(VocabSize, threads).Draw(Sequences(), logits, drawn);

        Assert.Equal([5, 17], Enumerable.Range(0, Rows).Where(row => drawn[row] is null));
    }

    private static Sequence[] Sequences()
    {
        var request = new GroupRequest { PromptTokenIds = [1], GroupSize = Rows, Seed = 3, IncludeEntropy = true, Sampling = new SamplingOptions() };
        return new GroupJob(request, new SamplingRule(request.Sampling, []), new LetterTokenizer(), null, null, CancellationToken.None).Sequences;
    }

    private static float[] Logits()
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, Rows * VocabSize).Select(_ => (float)(random.NextDouble() * 8))];
    }

    private static ReadOnlySpan<float> Row(float[] logits, int row) => logits.AsSpan(row * VocabSize, VocabSize);
}
