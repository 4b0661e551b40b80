using System.Diagnostics;
using Grpo.OnnxRuntime.Tests.Models;

namespace Grpo.OnnxRuntime.Tests;

/// <summary>
/// Disposing gives native memory back. Each test leaks far more than its bound if one native release is missing, and the bound leaves room
/// for what is not a leak: allocator fragmentation. No other test of the process runs meanwhile.
/// </summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    private const long Mebibyte = 1 << 20;

    [Fact]
    public void A_thousand_disposed_tensors_leave_no_memory_behind() =>
        // 1,000 tensors of 1 MiB, every page touched: a leak would be 1,000 MiB.
        AssertGrowthBelow(100 * Mebibyte, times: 1_000, static () =>
        {
            using var tensor = OrtValue.CreateAllocatedTensor(TensorElementType.UInt8, [Mebibyte]);
            tensor.GetTensorMutableRawData().Fill(1);
        });

    [Fact]
    public void Fifty_disposed_sessions_with_their_bindings_leave_no_memory_behind()
    {
        // A weight of 4 MiB, copied at least once by each session: a leak would be 200 MiB or more.
        const int size = 1024;
        var model = TestModels.TransposedExternal(size);
        using var ones = new NativeFloats(size * size, value: 1);
        using var weight = ones.Tensor(size, size);
        using var x = ones.Tensor(1, size);
        AssertGrowthBelow(60 * Mebibyte, times: 50, () =>
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1 };
            options.AddExternalInitializers(["W"], [weight]);
            using var session = new InferenceSession(model, options);
            using var binding = session.CreateIoBinding();
            binding.BindInput("x", x);
            binding.BindOutputToDevice("y", OrtMemoryInfo.Cpu);
            session.RunWithBinding(null, binding);
            using var y = binding.GetOutputValues()[0];
            Assert.Equal(size, y.GetTensorDataAsSpan<float>()[0]);
        });
    }

    [Fact]
    public void Failed_calls_leave_no_memory_behind()
    {
        // The error repeats 4,000 bytes of the name: statuses not released would keep 80 MB.
        var name = new string('x', 4_000);
        AssertGrowthBelow(40 * Mebibyte, times: 20_000, () =>
        {
            using var options = new SessionOptions();
            Assert.Contains(name[..100], Assert.Throws<OnnxRuntimeException>(() => options.AppendExecutionProvider(name)).Message);
        });
    }

    private static void AssertGrowthBelow(long bound, int times, Action action)
    {
        for (var warmUp = 0; warmUp < Math.Min(times, 10); warmUp++)
            action();
        var before = ResidentBytes();
        for (var time = 0; time < times; time++)
            action();
        Assert.InRange(ResidentBytes() - before, long.MinValue, bound);
    }

    private static long ResidentBytes()
    {
        // Aggressive: gives the managed heap's own free memory back, which would otherwise count as resident.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
