using System.Collections.Concurrent;
using System.Diagnostics;
using Grpo.Engines.Onnx;
using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Parameters;

/// <summary>Tests that measure the process: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1711 // xunit's word for it
public sealed class AloneCollection
#pragma warning restore CA1711
{
    public const string Name = "alone";
}

/// <summary>Two hundred updates while rollouts go on: no request fails, every completion tells the truth about its version, and no memory is kept.</summary>
[Collection(AloneCollection.Name)]
public sealed class UpdatesUnderLoadTests : IAsyncLifetime
{
    private const int Updates = 200;
    private readonly OnnxPolicy _policy = TinyR1.Open();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _policy.DisposeAsync();

    [Fact]
    public async Task Every_completion_carries_the_version_whose_logprobs_it_reproduces()
    {
        // The allocators keep what the first rounds took, and use it again: the process grows for a round or two. Were a version's weights kept, it would
        // grow by 570 MiB in every round.
        var (sampled, version, memory) = (await RunAsync(2, Updates + 1), Updates + 1, new List<long> { ResidentBytes() });
        do
        {
            sampled = await RunAsync(version + 1, version + Updates);
            version += Updates;
            memory.Add(ResidentBytes());
        }
        while (memory[^1] > 1.1 * memory[^2] && memory.Count < 5);

        Assert.Equal([version], _policy.Versions);
        Assert.True(memory[^1] < 1.1 * memory[^2], $"MiB after each round: {string.Join(", ", memory.Select(bytes => bytes >> 20))}.");
        await AssertHonestAsync(sampled);
    }

    /// <summary>Updates up to a version while rollouts go on; what was sampled.</summary>
    private async Task<ConcurrentBag<CompletionGroup>> RunAsync(int first, int last)
    {
        var sampled = new ConcurrentBag<CompletionGroup>();
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, 3).Select(client => Task.Run(async () =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                sampled.Add(await _policy.SampleAsync(Request((client * 100_000) + i), CancellationToken.None));
            }
        })).ToList();

        for (var version = first; version <= last; version++)
        {
            var update = await _policy.UpdateWeightsAsync(new MemoryStream(Weights(version)), null, version % 2 == 0 ? WeightUpdateMode.Wait : WeightUpdateMode.InFlight, CancellationToken.None);
            Assert.Equal(version, update.Version);
        }

        await done.CancelAsync();
        await Task.WhenAll(load);
        return sampled;
    }

    private static long ResidentBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    // The reference gets the same weights, one version after the other, without any load.
    private static async Task AssertHonestAsync(IEnumerable<CompletionGroup> groups)
    {
        await using var reference = TinyR1.Open();
        var byVersion = groups.SelectMany(group => group.Completions.Select(completion => (group.PromptTokenIds, completion))).GroupBy(one => one.completion.PolicyVersion).OrderBy(version => version.Key).ToList();
        Assert.True(byVersion.Count > Updates / 10, $"The load met {byVersion.Count} versions only.");
        foreach (var version in byVersion)
        {
            if (version.Key > 1) await reference.UpdateWeightsAsync(new MemoryStream(Weights(version.Key)), null, WeightUpdateMode.Wait, CancellationToken.None);
            foreach (var prompt in version.GroupBy(one => string.Join(',', one.PromptTokenIds)))
            {
                var completions = prompt.Select(one => one.completion).ToList();
                var scores = await reference.ScoreAsync(new ScoreRequest { PromptTokenIds = prompt.First().PromptTokenIds, Completions = [.. completions.Select(completion => completion.TokenIds)] }, CancellationToken.None);
                Assert.All(completions.Zip(scores), pair =>
                {
                    Assert.NotEqual(FinishReason.Cancelled, pair.First.FinishReason);
                    Assert.All(pair.First.Logprobs.Zip(pair.Second.Logprobs), logprob => Assert.Equal(logprob.First, logprob.Second, 1e-4));
                });
            }
        }
    }

    private static GroupRequest Request(int seed) => new()
    {
        PromptTokenIds = TinyR1.Chat($"What is {seed % 5} + 9?"),
        GroupSize = 3,
        Seed = seed,
        Sampling = new SamplingOptions { MaxTokens = 12 },
    };

    /// <summary>The final norm of a version; no two versions have the same.</summary>
    private static byte[] Weights(int version) => new SafetensorsWriter(
        [OutgoingTensor.Vector("model.norm.weight", SafetensorsDtype.F32, Enumerable.Range(0, 128).Select(i => 1 + (0.01f * ((version * 31) % 97)) + (0.001f * i)).ToArray())],
        new Dictionary<string, string>()).ToArray();
}
