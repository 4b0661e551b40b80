using System.Threading.Channels;
using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Parameters;

/// <summary>Replacing the weights of tiny-r1 while it runs.</summary>
public sealed class WeightUpdateTests : IAsyncLifetime
{
    private const string Norm = "model.norm.weight";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly OnnxPolicy _policy = TinyR1.Open();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _policy.DisposeAsync();

    [Fact]
    public void The_parameters_are_those_of_the_model_and_none_of_its_tables()
    {
        Assert.Equal(_policy.Info.ParameterCount, _policy.Parameters.Sum(parameter => parameter.Shape.Aggregate(1L, (product, dimension) => product * dimension)));
        Assert.Contains(_policy.Parameters, parameter => parameter is { Name: Norm, Dtype: SafetensorsDtype.F32, Shape: [128] });
        Assert.DoesNotContain(_policy.Parameters, parameter => parameter.Name is "cos_cache" or "sin_cache");
        Assert.Null(_policy.UpdateRefusal);
    }

    [Theory]
    [InlineData(WeightUpdateMode.Wait)]
    [InlineData(WeightUpdateMode.Abort)]
    [InlineData(WeightUpdateMode.InFlight)]
    public async Task A_partial_update_makes_the_version_that_a_file_with_these_weights_would(WeightUpdateMode mode)
    {
        var before = await Sample(_policy);
        var halved = Values(Norm).Select(value => value / 2).ToArray();

        var update = await Update(Tensors.Of(Norm, halved), mode);

        Assert.Equal(2, update.Version);
        Assert.Equal([Norm], update.Updated);
        Assert.Equal((2, 2), (_policy.Info.Version, Assert.Single(_policy.Versions)));
        var after = await Sample(_policy);
        Assert.All(after.Completions, completion => Assert.Equal(2, completion.PolicyVersion));
        Assert.NotEqual(Bits(before), Bits(after));
        await using var reference = await OpenWith(Norm, halved);
        Assert.Equal(Bits(await Sample(reference)), Bits(after));

        await Update(Tensors.Of(Norm, Values(Norm)), mode);
        Assert.Equal(Bits(before), Bits(await Sample(_policy)));
    }

    [Fact]
    public async Task Weights_that_the_optimiser_folds_are_replaced_too()
    {
        // Every projection of tiny-r1 is transposed in the graph, which ONNX Runtime folds at load.
        const string Projection = "model.layers.2.mlp.down_proj.weight";
        var doubled = Values(Projection).Select(value => value * 2).ToArray();
        await Update(Tensors.Of(Projection, doubled, 128, 288), WeightUpdateMode.Wait);
        await using var reference = await OpenWith(Projection, doubled);

        Assert.Equal(Bits(await Sample(reference)), Bits(await Sample(_policy)));
    }

    [Fact]
    public async Task Embedded_weights_are_moved_out_and_can_be_replaced_as_well()
    {
        await using var embedded = OpenEmbedded(out var folder);
        try
        {
            Assert.Equal(_policy.Parameters.Select(parameter => parameter.Name), embedded.Parameters.Select(parameter => parameter.Name));
            Assert.Equal(Bits(await Sample(_policy)), Bits(await Sample(embedded)));
            var halved = Values(Norm).Select(value => value / 2).ToArray();
            await Update(Tensors.Of(Norm, halved), WeightUpdateMode.Wait);
            await Update(Tensors.Of(Norm, halved), WeightUpdateMode.Wait, embedded);
            Assert.Equal(Bits(await Sample(_policy)), Bits(await Sample(embedded)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Waiting_lets_running_sequences_finish_on_their_version()
    {
        using var slow = new SlowReader();
        var running = _policy.SampleAsync(Long(seed: 1) with { Tokens = slow }, CancellationToken.None);
        await UntilActive(running);

        var update = Update(Tensors.Of(Norm, Values(Norm)), WeightUpdateMode.Wait);
        slow.Hurry();
        await update;

        Assert.Equal(8 * 400, slow.Read);
        Assert.All((await running).Completions, completion => Assert.Equal((1, FinishReason.Length), (completion.PolicyVersion, completion.FinishReason)));
    }

    [Fact]
    public async Task In_flight_the_new_version_works_beside_the_old_one()
    {
        var expected = Bits(await _policy.SampleAsync(Long(seed: 1), CancellationToken.None));
        using var slow = new SlowReader();
        var running = _policy.SampleAsync(Long(seed: 1) with { Tokens = slow }, CancellationToken.None);
        await UntilActive(running);

        await Update(Tensors.Of(Norm, Values(Norm).Select(value => value / 2).ToArray()), WeightUpdateMode.InFlight);
        var beside = await Sample(_policy, groupSize: 1, maxTokens: 3);
        Assert.False(running.IsCompleted);
        slow.Hurry();

        Assert.All(beside.Completions, completion => Assert.Equal(2, completion.PolicyVersion));
        var finished = await running;
        Assert.All(finished.Completions, completion => Assert.Equal(1, completion.PolicyVersion));
        Assert.Equal(expected, Bits(finished));
    }

    [Fact]
    public async Task Aborting_ends_running_sequences_where_they_are()
    {
        var expected = await _policy.SampleAsync(Long(seed: 1), CancellationToken.None);
        using var slow = new SlowReader();
        var running = _policy.SampleAsync(Long(seed: 1) with { Tokens = slow }, CancellationToken.None);
        await UntilActive(running);

        await Update(Tensors.Of(Norm, Values(Norm)), WeightUpdateMode.Abort);
        slow.Hurry();

        Assert.All((await running).Completions.Zip(expected.Completions), pair =>
        {
            Assert.Equal((1, FinishReason.Cancelled), (pair.First.PolicyVersion, pair.First.FinishReason));
            Assert.True(pair.First.TokenIds.Length is > 0 and < 400);
            Assert.Equal(pair.Second.TokenIds[..pair.First.TokenIds.Length], pair.First.TokenIds);
        });
    }

    [Fact]
    public async Task Whatever_is_wrong_with_an_update_nothing_changes()
    {
        var before = Bits(await Sample(_policy));
        var good = Tensors.Of(Norm, Values(Norm));
        float[] nan = [.. Values(Norm)[..127], float.NaN];
        float[] huge = [.. Enumerable.Repeat(3e38f, 128)];
        (string Field, byte[] File)[] bad =
        [
            ("model.nrom.weight", Tensors.Of("model.nrom.weight", Values(Norm))),
            (Norm, Tensors.Of(Norm, Values(Norm)[..64])),
            (Norm, Tensors.Of(Norm, Values(Norm), 64, 2)),
            (Norm, Tensors.Doubles(Norm, Values(Norm))),
            (Norm, Tensors.Of(Norm, nan)),
            ("$", Tensors.Of(Norm, huge)),
            ("$", good[..^1]),
            ("$", good[..20]),
            ("$", [.. good, 0]),
            ("$", []),
            ("$", Tensors.None()),
        ];
        foreach (var (field, file) in bad)
        {
            // A file of known length that is cut off is found out by its header, which says where each tensor ends.
            var refusal = await Assert.ThrowsAsync<SafetensorsException>(() => Update(file, WeightUpdateMode.Wait));
            Assert.Contains(refusal.Field, (string[])[field, Norm + ".data_offsets"]);
            refusal = await Assert.ThrowsAsync<SafetensorsException>(() => Update(file, WeightUpdateMode.Wait, lengthKnown: false));
            Assert.Equal(field, refusal.Field);
        }

        Assert.Equal(1, _policy.Info.Version);
        Assert.Equal(before, Bits(await Sample(_policy)));
    }

    [Fact]
    public async Task An_update_that_is_called_off_while_it_waits_changes_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        using var slow = new SlowReader();
        var running = _policy.SampleAsync(Long(seed: 1) with { Tokens = slow }, CancellationToken.None);
        await UntilActive(running);
        var update = _policy.UpdateWeightsAsync(new MemoryStream(Tensors.Of(Norm, Values(Norm))), null, WeightUpdateMode.Wait, cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => update.WaitAsync(Patience));
        slow.Hurry();
        Assert.All((await running).Completions, completion => Assert.Equal(FinishReason.Length, completion.FinishReason));
        Assert.Equal(1, (await Sample(_policy)).Completions[0].PolicyVersion);
    }

    private async Task<WeightUpdate> Update(byte[] file, WeightUpdateMode mode, OnnxPolicy? policy = null, bool lengthKnown = true) =>
        await (policy ?? _policy).UpdateWeightsAsync(new MemoryStream(file), lengthKnown ? file.Length : null, mode, CancellationToken.None).WaitAsync(Patience);

    private async Task UntilActive(Task running)
    {
        while (_policy.Load.ActiveSequences == 0 && !running.IsCompleted) await Task.Yield();
    }

    /// <summary>Whoever reads a group's tokens and holds up the decode loop, so that the group lasts until it is told to hurry, however busy the machine is.</summary>
    private sealed class SlowReader : ChannelWriter<CompletionToken>, IDisposable
    {
        private readonly ManualResetEventSlim _hurry = new();
        private int _read;

        /// <summary>Tokens so far.</summary>
        public int Read => Volatile.Read(ref _read);

        public void Hurry() => _hurry.Set();

        public void Dispose() => _hurry.Dispose();

        public override bool TryWrite(CompletionToken item)
        {
            _hurry.Wait(TimeSpan.FromMilliseconds(5));
            Interlocked.Increment(ref _read);
            return true;
        }

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(true);
    }

    private static GroupRequest Long(long seed) => new()
    {
        PromptTokenIds = TinyR1.Chat("What is 1 + 2?"),
        GroupSize = 8,
        Seed = seed,
        Sampling = new SamplingOptions { MaxTokens = 400, MinTokens = 400 },
    };

    private static Task<CompletionGroup> Sample(OnnxPolicy policy, int groupSize = 4, int maxTokens = 40) => policy.SampleAsync(
        new GroupRequest { PromptTokenIds = TinyR1.Chat("What is 37 + 58?"), GroupSize = groupSize, Seed = 7, Sampling = new SamplingOptions { MaxTokens = maxTokens } },
        CancellationToken.None).WaitAsync(Patience);

    private static string Bits(CompletionGroup group) => string.Join('\n', group.Completions.Select(completion =>
        $"{string.Join(',', completion.TokenIds)}|{string.Join(',', completion.Logprobs.Select(BitConverter.SingleToInt32Bits))}"));

    private static Initializer Find(string name) => OnnxGraph.Parse(File.ReadAllBytes(ModelFolder.Open(TinyR1.Folder).Graph.Path)).Initializers.Single(initializer => initializer.Name == name);

    /// <summary>The values in tiny-r1's own file.</summary>
    private static float[] Values(string name)
    {
        var initializer = Find(name);
        var (file, offset, _) = initializer.Location;
        var bytes = File.ReadAllBytes(Path.Combine(TinyR1.Folder, "onnx", file)).AsSpan((int)offset, (int)initializer.ElementCount * sizeof(float));
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    /// <summary>A policy from a copy of tiny-r1's folder in which one parameter has other values.</summary>
    private static async Task<OnnxPolicy> OpenWith(string name, float[] values)
    {
        var folder = Copy();
        try
        {
            var (file, offset, _) = Find(name).Location;
            await using (var data = File.OpenWrite(Path.Combine(folder.FullName, "onnx", file)))
            {
                data.Position = offset;
                data.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
            }

            return OnnxPolicy.Open("reference", folder.FullName, TinyR1.Tokenizer, new OnnxPolicyOptions());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>tiny-r1 with its weights inside of the graph file, as small exports have them.</summary>
    private static OnnxPolicy OpenEmbedded(out DirectoryInfo folder)
    {
        folder = Copy();
        var path = Path.Combine(folder.FullName, "onnx", "model.onnx");
        var graph = OnnxGraph.Parse(File.ReadAllBytes(path));
        foreach (var tensor in graph.Message.All(5).Select(field => field.Message))
        {
            var initializer = new Initializer(tensor);
            if (!initializer.IsExternal) continue;
            var values = Values(initializer.Name);
            tensor.Remove(13, 14);
            tensor.Add(ProtobufField.Of(9, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        }

        File.WriteAllBytes(path, graph.ToArray());
        File.Delete(path + ".data");
        return OnnxPolicy.Open("embedded", folder.FullName, TinyR1.Tokenizer, new OnnxPolicyOptions());
    }

    private static DirectoryInfo Copy()
    {
        var folder = Directory.CreateTempSubdirectory("grpo-weights-");
        foreach (var file in Directory.EnumerateFiles(TinyR1.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder.FullName, Path.GetRelativePath(TinyR1.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return folder;
    }
}
