using Grpo.Losses;
using Grpo.Tests.Golden;

namespace Grpo.Tests.Losses;

/// <summary>The trainers' own losses and autograd gradients. A case is covered when its settings can be said in ours; how many are is asserted.</summary>
public class LossGoldenTests
{
    private static IEnumerable<string> Ids => GoldenCase.Of("loss").Where(one => GoldenLoss.Options(one) is not null).Select(one => one.Id);

    public static TheoryData<string> Covered => [.. Ids];

    [Theory]
    [MemberData(nameof(Covered))]
    public void Loss_gradient_and_metrics_are_the_trainers(string id)
    {
        var golden = GoldenCase.Named(id);
        var batch = GoldenLoss.Batch(golden);

        var result = PolicyLoss.Compute(batch, GoldenLoss.Options(golden)!);

        Near.Assert(GoldenCase.Number(golden.Expected.GetProperty("loss")), result.Loss!.Value, "loss");
        var limit = golden.Expected.TryGetProperty("grad_logprobs_limit", out var rows) ? rows : golden.Expected.GetProperty("grad_logprobs");
        foreach (var (expected, actual) in GoldenCase.Matrix(limit).Zip(result.GradLogprobs!)) Near.Assert(expected, actual, "grad_logprobs");

        if (golden.Trainer != "trl" || golden.Text("loss_type") == "gmpo") return; // TRL's GMPO counts clipped tokens, we count sequences
        foreach (var metric in golden.Expected.GetProperty("metrics").EnumerateObject().Where(metric => metric.Name != "vespo/phi_seq_mean"))
        {
            var name = metric.Name == "cispo_clip_ratio" ? "clip_ratio/high_mean" : metric.Name;
            Near.Assert(GoldenCase.Number(metric.Value), result.Metrics[name]!.Value, metric.Name);
        }
    }

    [Fact]
    public void Sequences_cut_to_their_length_give_the_same_loss_as_padded_ones()
    {
        foreach (var golden in Ids.Select(GoldenCase.Named))
        {
            var options = GoldenLoss.Options(golden)! with { Gradients = false };
            var padded = PolicyLoss.Compute(GoldenLoss.Batch(golden), options);
            var ragged = PolicyLoss.Compute([.. GoldenLoss.Batch(golden).Select(GoldenLoss.CutPadding)], options);
            Near.Assert(padded.Loss!.Value, ragged.Loss!.Value, golden.Id);
        }
    }

    [Fact]
    public void No_case_is_left_out_silently() => Assert.Equal(61, Ids.Count());
}
