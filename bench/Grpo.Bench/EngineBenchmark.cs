using Grpo.Engines.Onnx;
using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace Grpo.Bench;

/// <summary>The same workload on the engine itself: what of the decode time is not the forward pass.</summary>
public static class EngineBenchmark
{
    private const int WarmUps = 3;
    private const int Runs = 11;

    /// <summary>Runs the workload in this process.</summary>
    public static async Task<IEnumerable<Figure>> RunAsync(string modelFolder)
    {
        var tokenizer = ModelTokenizer.Load(modelFolder, TimeProvider.System);
        await using var policy = OnnxPolicy.Open("bench", modelFolder, tokenizer, new OnnxPolicyOptions());
        var (outside, tokensPerSecond) = (new List<double>(), new List<double>());
        for (var run = 0; run < WarmUps + Runs; run++)
        {
            var before = policy.Totals;
            await Task.WhenAll(Workload.Questions(run).Select((question, index) => policy.SampleAsync(Group(tokenizer, question, index, run), CancellationToken.None)));
            var after = policy.Totals;
            if (run >= WarmUps)
            {
                var decode = (after.DecodeTime - before.DecodeTime).TotalSeconds;
                outside.Add(100 * (1 - ((after.ForwardTime - before.ForwardTime).TotalSeconds / decode)));
                tokensPerSecond.Add((after.DecodedTokens - before.DecodedTokens) / decode);
            }
        }

        return
        [
            new Figure("decode steps alone", "completion tokens/s", tokensPerSecond, ""),
            new Figure("share of the decode time outside ONNX Runtime", "%", outside, "at most 15"),
        ];
    }

    private static GroupRequest Group(ModelTokenizer tokenizer, string question, int index, int run) => new()
    {
        PromptTokenIds = tokenizer.Encode(
            tokenizer.RenderChat(new ChatRequest { Messages = [new() { ["role"] = "user", ["content"] = question }] }), addSpecialTokens: false),
        GroupSize = Workload.GroupSize,
        PromptIndex = index,
        Seed = run,
        Sampling = new SamplingOptions(),
    };
}
