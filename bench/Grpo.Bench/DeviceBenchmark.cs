using System.Diagnostics;
using Grpo.Engines.Onnx;
using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Bench;

/// <summary>Rollouts of a model of SmolLM2-135M's shape on an execution provider: how fast, and how far its log-probabilities are from those of the same weights in float32 on the CPU.</summary>
/// <param name="models">The folder that bench/peers/write_smollm2.py wrote.</param>
public sealed class DeviceBenchmark(string models)
{
    private const int Scored = 8;

    private static readonly int[] Groups = [16, 64, 256];

    private string Folder => Path.Combine(models, "smollm2");

    /// <summary>Measures one provider and format.</summary>
    /// <param name="provider">CPU, CUDA or WebGPU.</param>
    /// <param name="dtype">fp32, fp16, q4 or q4f16.</param>
    /// <returns>A row of the table; why there is none, where the provider refuses the model.</returns>
    public async Task<string> RunAsync(string provider, string dtype)
    {
        OnnxPolicy policy;
        try
        {
            policy = Open(provider, dtype);
        }
        catch (ModelLoadException refused)
        {
            return $"| {provider} | {dtype} | refused: {refused.Message.Split('\n')[0]} | | | | |";
        }

        await using var _ = policy;
        var rates = new List<string>();
        var prefill = 0.0;
        foreach (var group in Groups)
        {
            var workload = new PeerWorkload(Folder, dtype) { Group = group };
            await SampleAsync(policy, workload, -1);
            var seconds = new List<double>();
            for (var run = 0; run < 3; run++)
            {
                seconds.Add((await SampleAsync(policy, workload, run)).Seconds);
            }

            rates.Add($"{group * workload.NewTokens / seconds.Order().ElementAt(1):0}");
            prefill = policy.Totals.PrefillTime / Math.Max(1, policy.Totals.PrefillTokens / workload.PromptTokens) / TimeSpan.FromMilliseconds(1);
        }

        return $"| {provider} | {dtype} | {string.Join(" | ", rates)} | {prefill:0.0} | {await DifferenceAsync(policy, dtype):0.00000} |";
    }

    // Of what the provider samples, and of what it says of the same tokens when they are given.
    private async Task<double> DifferenceAsync(OnnxPolicy policy, string dtype)
    {
        var workload = new PeerWorkload(Folder, dtype) { Group = Scored };
        var (_, group) = await SampleAsync(policy, workload, 7, toTheEnd: false); // a token that must not end is drawn from another distribution than it is scored by
        var request = new ScoreRequest { PromptTokenIds = workload.Prompt(8), Completions = [.. group.Completions.Select(completion => completion.TokenIds)] };
        await using var processor = Open("CPU", dtype.StartsWith("q4", StringComparison.Ordinal) ? "q4" : "fp32");
        var (exact, given) = (await processor.ScoreAsync(request, CancellationToken.None), await policy.ScoreAsync(request, CancellationToken.None));
        return Enumerable.Range(0, Scored).Max(i => Math.Max(Largest(exact[i].Logprobs, group.Completions[i].Logprobs), Largest(exact[i].Logprobs, given[i].Logprobs)));
    }

    private static double Largest(IEnumerable<float> first, IEnumerable<float> second) => first.Zip(second).Max(pair => Math.Abs((double)pair.First - pair.Second));

    private OnnxPolicy Open(string provider, string dtype) => OnnxPolicy.Open(
        "bench", Folder, ModelTokenizer.Load(Folder, TimeProvider.System),
        new OnnxPolicyOptions { Provider = provider, Dtype = dtype, PrefixCacheTokens = 0, MaxSequences = Groups[^1], Threads = Environment.ProcessorCount });

    private static async Task<(double Seconds, CompletionGroup Group)> SampleAsync(OnnxPolicy policy, PeerWorkload workload, int run, bool toTheEnd = true)
    {
        var started = Stopwatch.GetTimestamp();
        var group = await policy.SampleAsync(
            new GroupRequest
            {
                PromptTokenIds = workload.Prompt(run + 1),
                GroupSize = workload.Group,
                Seed = run + 1,
                Sampling = new SamplingOptions { MaxTokens = workload.NewTokens, MinTokens = toTheEnd ? workload.NewTokens : 0 },
            },
            CancellationToken.None);
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, group);
    }
}
