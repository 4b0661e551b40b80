using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Tests.Onnx.Models;
using Grpo.Engines.Tests.Onnx.Parameters;
using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Decoding;

/// <summary>
/// Decoding with the cache in a device's memory, on every device that this machine has: through CUDA where the build and the machine have it, through
/// WebGPU where there is a Vulkan driver. One that computes on the CPU serves too: such as SwiftShader, which comes with Chromium.
/// </summary>
public sealed class DeviceTests
{
    // A device's exp and tanh are less exact than the CPU's.
    private const double Tolerance = 1e-3;

    // Its products of 4-bit weights may round the activations to 8 bits.
    private const double QuantizedTolerance = 0.2;

    // SwiftShader computes WebGPU's GroupQueryAttention of so many tokens at once wrongly, by up to 0.05; GPUs compute it right.
    private const int ShortestWrongChunk = 32;

    [DeviceTheory]
    [DeviceData("llama-concat", "onnx/model.onnx")]
    [DeviceData("gemma2-concat", "onnx/model.onnx")]
    [DeviceData("llama-genai", "model.onnx")]
    [DeviceData("llama-genai-float16", "model.onnx")]
    public async Task Greedy_completions_are_those_of_PyTorch(string provider, string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        var tolerance = ToleranceOf(written);
        await using var policy = Open(written, provider);

        Assert.Equal(provider, policy.Info.Provider);
        foreach (var greedy in written.Expected.Greedy.Where(greedy => greedy.Completion.Length > 0))
        {
            var group = await policy.SampleAsync(Request(greedy.Prompt, 3, new SamplingOptions { Temperature = 0, MaxTokens = greedy.Completion.Length }), CancellationToken.None);
            Assert.All(group.Completions, completion =>
            {
                Assert.Equal(greedy.Completion, completion.TokenIds);
                Assert.All(greedy.Logprobs.Zip(completion.Logprobs), pair => Assert.Equal(pair.First, pair.Second, tolerance));
            });
        }
    }

    [DeviceTheory]
    [DeviceData("llama-concat", "onnx/model.onnx")]
    [DeviceData("llama-genai", "model.onnx")]
    [DeviceData("llama-genai-int4", "model.onnx")]
    [DeviceData("llama-genai-float16", "model.onnx")]
    public async Task Given_completions_are_scored_as_PyTorch_scores_them(string provider, string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        var tolerance = ToleranceOf(written);
        await using var policy = Open(written, provider);

        foreach (var given in written.Expected.Cases.Where(given => given.Prompt.Length < ShortestWrongChunk || GpuDevices.ArePresent))
        {
            var scored = await policy.ScoreAsync(
                new ScoreRequest { PromptTokenIds = given.Prompt, Completions = [given.Completion, given.Completion] }, CancellationToken.None);
            Assert.All(scored, completion =>
                Assert.All(given.Logprobs.Zip(completion.Logprobs), pair => Assert.Equal(pair.First, pair.Second, tolerance)));
        }
    }

    [DeviceTheory]
    [DeviceData("llama-concat", "onnx/model.onnx")]
    [DeviceData("llama-genai", "model.onnx")]
    public async Task A_group_whose_completions_end_one_by_one_has_the_logprobs_of_the_CPU(string provider, string folder, string graph)
    {
        // Ended rows run on in the device's memory until they are the majority; the others must not notice.
        var written = WrittenModel.Load(folder, graph);
        await using var device = Open(written, provider);
        await using var processor = written.OpenPolicy();

        var expected = await AssertSampleAlikeAsync(device, processor);

        Assert.True(expected.Completions.Select(completion => completion.TokenIds.Length).Distinct().Count() > 3);
    }

    [DeviceTheory]
    [DeviceData("llama-concat", "onnx/model.onnx")]
    [DeviceData("llama-genai", "model.onnx")]
    public async Task New_weights_are_sampled_from_on_the_device(string provider, string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        await using var device = Open(written, provider);
        await using var processor = written.OpenPolicy();
        var before = await AssertSampleAlikeAsync(device, processor);

        foreach (var policy in (OnnxPolicy[])[device, processor])
        {
            var file = Tensors.Of("model.norm.weight", [.. Enumerable.Range(0, 16).Select(i => 0.5f + (0.1f * i))]);
            await policy.UpdateWeightsAsync(new MemoryStream(file), file.Length, WeightUpdateMode.Wait, CancellationToken.None);
        }

        var after = await AssertSampleAlikeAsync(device, processor);
        Assert.NotEqual(before.Completions[0].Logprobs[0], after.Completions[0].Logprobs[0]);
    }

    [Fact]
    public void A_provider_that_is_not_there_is_refused_with_what_is_missing()
    {
        var written = WrittenModel.Load("llama-concat", "onnx/model.onnx");

        Assert.Contains("no provider 'TPU'. Supported are CPU, CUDA, WebGPU", Refusal("TPU"), StringComparison.Ordinal);
        Assert.All(Devices.Refused, refused => Assert.Contains(refused.Provider, refused.Reason, StringComparison.OrdinalIgnoreCase));

        string Refusal(string provider) =>
            Assert.Throws<ModelLoadException>(() => written.OpenPolicy(new OnnxPolicyOptions { Provider = provider })).Message;
    }

    /// <summary>Asserts that both draw the same tokens, with the same log-probabilities.</summary>
    private static async Task<CompletionGroup> AssertSampleAlikeAsync(OnnxPolicy device, OnnxPolicy processor)
    {
        var request = Request([5, 9, 11, 30, 7], 12, new SamplingOptions { MaxTokens = 40, Temperature = 1.2 });
        var (actual, expected) = (await device.SampleAsync(request, CancellationToken.None), await processor.SampleAsync(request, CancellationToken.None));
        Assert.Equal(expected.Completions.Select(completion => completion.TokenIds), actual.Completions.Select(completion => completion.TokenIds));
        Assert.All(
            expected.Completions.Zip(actual.Completions).SelectMany(pair => pair.First.Logprobs.Zip(pair.Second.Logprobs)),
            pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        return expected;
    }

    private static double ToleranceOf(WrittenModel written) =>
        Math.Max(written.Expected.Tolerance, Path.GetFileName(written.Folder).Contains("int4", StringComparison.Ordinal) ? QuantizedTolerance : Tolerance);

    private static OnnxPolicy Open(WrittenModel written, string provider) => written.OpenPolicy(new OnnxPolicyOptions { Provider = provider, Threads = 1 });

    private static GroupRequest Request(int[] prompt, int groupSize, SamplingOptions sampling) =>
        new() { PromptTokenIds = prompt, GroupSize = groupSize, Seed = 4, Sampling = sampling };
}
