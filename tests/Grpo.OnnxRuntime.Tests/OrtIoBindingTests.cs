using Grpo.OnnxRuntime.Tests.Models;

namespace Grpo.OnnxRuntime.Tests;

public sealed class OrtIoBindingTests : IDisposable
{
    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1 };
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;

    public OrtIoBindingTests()
    {
        _session = new(TestModels.Linear, _options);
        _binding = _session.CreateIoBinding();
    }

    public void Dispose()
    {
        _binding.Dispose();
        _session.Dispose();
        _options.Dispose();
    }

    [Fact]
    public void A_run_writes_into_the_bound_output_and_reads_the_inputs_current_content()
    {
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        using var y = Tensors.Of([1, 2], 0, 0);
        _binding.BindInput("x", x);
        _binding.BindOutput("y", y);
        var address = y.DataPointer;
        _session.RunWithBinding(null, _binding);
        Assert.Equal([19f, 32f], y.Floats());
        x.GetTensorMutableDataAsSpan<float>().Fill(2);
        _session.RunWithBinding(null, _binding);
        Assert.Equal([28f, 44f], y.Floats());
        Assert.Equal(address, y.DataPointer);
    }

    [Fact]
    public void A_binding_keeps_disposed_tensors_alive()
    {
        using (var x = Tensors.Of([1, 3], 1, 1, 1))
            _binding.BindInput("x", x);
        _binding.BindOutputToDevice("y", OrtMemoryInfo.Cpu);
        _session.RunWithBinding(null, _binding);
        using var y = _binding.GetOutputValues().Single();
        Assert.Equal([19f, 32f], y.Floats());
    }

    [Fact]
    public void Memory_of_the_caller_is_bound_without_a_tensor_and_may_change_shape_between_runs()
    {
        using var x = new NativeFloats(6, value: 1);
        using var y = new NativeFloats(4, value: 0);
        for (var rows = 1; rows <= 2; rows++)
        {
            _binding.BindInput("x", OrtMemoryInfo.Cpu, TensorElementType.Float, [rows, 3], x.Address, x.Bytes);
            _binding.BindOutput("y", OrtMemoryInfo.Cpu, TensorElementType.Float, [rows, 2], y.Address, y.Bytes);
            _session.RunWithBinding(null, _binding);
        }

        Assert.Equal([19f, 32f, 19f, 32f], y.Span.ToArray());
        _binding.ClearBoundInputs();
        _binding.ClearBoundOutputs();
    }

    [Fact]
    public void The_same_tensor_may_be_input_and_output()
    {
        var model = new OnnxModel()
            .Input("past", TensorElementType.Float, 3)
            .Output("present", TensorElementType.Float, 3)
            .Weight("one", [1], [1])
            .Node("Add", ["past", "one"], "present")
            .ToBytes();
        using var session = new InferenceSession(model, _options);
        using var binding = session.CreateIoBinding();
        using var cache = Tensors.Of([3], 1, 2, 3);
        binding.BindInput("past", cache);
        binding.BindOutput("present", cache);
        session.RunWithBinding(null, binding);
        session.RunWithBinding(null, binding);
        Assert.Equal([3f, 4f, 5f], cache.Floats());
    }

    [Fact]
    public void Binding_and_running_allocate_nothing_on_the_managed_heap()
    {
        using var options = new RunOptions();
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        using var y = Tensors.Of([1, 2], 0, 0);
        long[] shape = [1, 3]; // A span literal allocates in unoptimised code.
        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 100; step++)
            Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal([19f, 32f], y.Floats());

        void Step()
        {
            _binding.BindInput("x", x);
            _binding.BindInput("x", OrtMemoryInfo.Cpu, TensorElementType.Float, shape, x.DataPointer, 12);
            _binding.BindOutput("y", y);
            _session.RunWithBinding(options, _binding);
        }
    }

    [Fact]
    public void An_unknown_input_is_refused_when_bound_and_an_unknown_output_when_run()
    {
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        Assert.Contains("z", Assert.Throws<OnnxRuntimeException>(() => _binding.BindInput("z", x)).Message);
        _binding.ClearBoundInputs();
        _binding.BindInput("x", x);
        _binding.BindOutput("z", x);
        Assert.Contains("z", Assert.Throws<OnnxRuntimeException>(() => _session.RunWithBinding(null, _binding)).Message);
    }

    [Fact]
    public void Too_little_memory_is_an_error() => Assert.Throws<OnnxRuntimeException>(() =>
        _binding.BindInput("x", OrtMemoryInfo.Cpu, TensorElementType.Float, [1, 3], 4096, bytes: 8));

    [Fact]
    public void An_output_of_the_wrong_shape_is_an_error()
    {
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        using var y = Tensors.Of([1, 5], 0, 0, 0, 0, 0);
        _binding.BindInput("x", x);
        _binding.BindOutput("y", y);
        Assert.Throws<OnnxRuntimeException>(() => _session.RunWithBinding(null, _binding));
    }

    [Fact]
    public void Cleared_bindings_are_gone()
    {
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        _binding.BindInput("x", x);
        _binding.BindOutputToDevice("y", OrtMemoryInfo.Cpu);
        _binding.ClearBoundInputs();
        _binding.ClearBoundOutputs();
        Assert.Empty(_binding.GetOutputValues());
        Assert.Throws<OnnxRuntimeException>(() => _session.RunWithBinding(null, _binding));
    }

    [Fact]
    public void A_binding_outlives_the_disposal_of_its_session()
    {
        _binding.BindOutputToDevice("y", OrtMemoryInfo.Cpu);
        _session.Dispose();
        _binding.SynchronizeBoundInputs();
        _binding.SynchronizeBoundOutputs();
        Assert.Throws<ObjectDisposedException>(() => _session.RunWithBinding(null, _binding));
    }
}
