using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Tests.Onnx.Models;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Decoding;

/// <summary>
/// Decoding with the cache in a device's memory, through WebGPU. A Vulkan driver that computes on the CPU serves as the device: such as SwiftShader, which
/// comes with Chromium.
/// </summary>
public sealed class DeviceTests
{
    // A device's exp and tanh are less exact than the CPU's.
    private const double Tolerance = 1e-3;

    [DeviceTheory]
    [InlineData("llama-concat", "onnx/model.onnx")]
    [InlineData("gemma2-concat", "onnx/model.onnx")]
    [InlineData("llama-genai", "model.onnx")]
    public async Task Greedy_completions_are_those_of_PyTorch(string folder, string graph)
    {
        var written = WrittenModel.Load(folder, graph);
        await using var policy = Open(written);

        Assert.Equal("WebGPU", policy.Info.Provider);
        foreach (var greedy in written.Expected.Greedy.Where(greedy => greedy.Completion.Length > 0))
        {
            var group = await policy.SampleAsync(Request(greedy.Prompt, 3, new SamplingOptions { Temperature = 0, MaxTokens = greedy.Completion.Length }), CancellationToken.None);
            Assert.All(group.Completions, completion =>
            {
                Assert.Equal(greedy.Completion, completion.TokenIds);
                Assert.All(greedy.Logprobs.Zip(completion.Logprobs), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
            });
        }
    }

    [DeviceTheory]
    [InlineData("llama-concat", "onnx/model.onnx")]
    [InlineData("llama-genai", "model.onnx")]
    public async Task A_group_whose_completions_end_one_by_one_has_the_logprobs_of_the_CPU(string folder, string graph)
    {
        // Ended rows run on in the device's memory until they are the majority; the others must not notice.
        var written = WrittenModel.Load(folder, graph);
        await using var device = Open(written);
        await using var processor = written.OpenPolicy();
        var request = Request([5, 9, 11, 30, 7], 12, new SamplingOptions { MaxTokens = 40, Temperature = 1.2 });

        var (actual, expected) = (await device.SampleAsync(request, CancellationToken.None), await processor.SampleAsync(request, CancellationToken.None));

        Assert.True(expected.Completions.Select(completion => completion.TokenIds.Length).Distinct().Count() > 3);
        Assert.Equal(expected.Completions.Select(completion => completion.TokenIds), actual.Completions.Select(completion => completion.TokenIds));
        Assert.All(
            expected.Completions.Zip(actual.Completions).SelectMany(pair => pair.First.Logprobs.Zip(pair.Second.Logprobs)),
            pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    [Fact]
    public void A_provider_that_is_not_there_is_refused_with_what_is_missing()
    {
        var written = WrittenModel.Load("llama-concat", "onnx/model.onnx");

        Assert.Contains("CUDA", Refusal("CUDA"), StringComparison.Ordinal);
        Assert.Contains("no provider 'TPU'. Supported are CPU, CUDA, WebGPU", Refusal("TPU"), StringComparison.Ordinal);

        string Refusal(string provider) =>
            Assert.Throws<ModelLoadException>(() => written.OpenPolicy(new OnnxPolicyOptions { Provider = provider })).Message;
    }

    private static OnnxPolicy Open(WrittenModel written) => written.OpenPolicy(new OnnxPolicyOptions { Provider = "WebGPU", Threads = 1 });

    private static GroupRequest Request(int[] prompt, int groupSize, SamplingOptions sampling) =>
        new() { PromptTokenIds = prompt, GroupSize = groupSize, Seed = 4, Sampling = sampling };
}

/// <summary>A theory that needs a WebGPU device: skipped, with the reason, where there is none.</summary>
internal sealed class DeviceTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> Missing = new(() =>
    {
        try
        {
            using var model = DecoderModel.Open(
                ModelFolder.Open(WrittenModel.Load("llama-concat", "onnx/model.onnx").Folder), threads: 1, ExecutionProvider.Parse("WebGPU"));
            return null;
        }
        catch (ModelLoadException exception)
        {
            return $"needs a Vulkan driver for WebGPU: {exception.Message}";
        }
    });

    public DeviceTheoryAttribute() => Skip = Missing.Value;
}
