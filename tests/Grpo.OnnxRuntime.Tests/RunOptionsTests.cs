using Grpo.OnnxRuntime.Tests.Models;

namespace Grpo.OnnxRuntime.Tests;

public sealed class RunOptionsTests
{
    [Fact]
    public void Terminate_fails_the_runs_that_use_the_options_until_it_is_unset()
    {
        using var sessionOptions = new SessionOptions();
        using var session = new InferenceSession(TestModels.Linear, sessionOptions);
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        using var options = new RunOptions { Terminate = true };
        var error = Assert.Throws<OnnxRuntimeException>(() => session.Run(options, ["x"], [x], ["y"]));
        Assert.Contains("terminate", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.True(options.Terminate);
        options.Terminate = false;
        using var y = session.Run(options, ["x"], [x], ["y"])[0];
        Assert.Equal([19f, 32f], y.Floats());
    }

    [Fact]
    public async Task Terminate_from_another_thread_ends_a_run_that_is_under_way()
    {
        // Some 4,000 products of 256 x 256 matrices: seconds of work, of which the run must skip most.
        const int size = 256, products = 4_000;
        var model = new OnnxModel().Input("x", TensorElementType.Float, size, size).Output($"x{products}", TensorElementType.Float, size, size)
            .Node("Identity", ["x"], "x0");
        for (var product = 0; product < products; product++)
            model.Node("MatMul", [$"x{product}", "x"], $"x{product + 1}");
        using var sessionOptions = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.DisableAll, IntraOpNumThreads = 1 };
        using var session = new InferenceSession(model.ToBytes(), sessionOptions);
        using var x = OrtValue.CreateAllocatedTensor(TensorElementType.Float, [size, size]);
        x.GetTensorMutableRawData().Clear();
        using var options = new RunOptions();
        var started = new TaskCompletionSource();
        var run = Task.Run(() =>
        {
            started.SetResult();
            return session.Run(options, ["x"], [x], [$"x{products}"]);
        });
        await started.Task;
        options.Terminate = true;
        await Assert.ThrowsAsync<OnnxRuntimeException>(() => run);
    }

    [Fact]
    public void A_run_config_entry_is_checked_by_the_run()
    {
        using var sessionOptions = new SessionOptions();
        using var session = new InferenceSession(TestModels.Linear, sessionOptions);
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        using var options = new RunOptions();
        options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "abacus:0");
        Assert.Contains("abacus", Assert.Throws<OnnxRuntimeException>(() => session.Run(options, ["x"], [x], ["y"])).Message);
    }
}
