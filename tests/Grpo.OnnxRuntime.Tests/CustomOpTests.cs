using Grpo.OnnxRuntime.CustomOps;
using Grpo.OnnxRuntime.Tests.Models;

namespace Grpo.OnnxRuntime.Tests;

public sealed class CustomOpTests
{
    private static readonly CustomOpDomain Domain = new("test", new Affine());

    [Fact]
    public void A_node_is_computed_from_its_inputs_and_attributes()
    {
        Assert.Equal([3, 6, 9, 12], Run(Model(("repeats", 1), ("factor", 3f)), [1, 2, 3, 4]));
    }

    [Fact]
    public void An_optional_input_may_be_given_or_left_out()
    {
        var model = new OnnxModel()
            .Input("x", TensorElementType.Float, "n")
            .Output("y", TensorElementType.Float, "n")
            .Weight("offset", [1], [0.5f])
            .Node("Affine", ["x", "offset"], "y", "test", ("repeats", 1), ("factor", 2f))
            .ToBytes();
        Assert.Equal([2.5f, 4.5f], Run(model, [1, 2]));
    }

    [Fact]
    public void Every_piece_of_a_parallel_loop_runs_once()
    {
        var x = Enumerable.Range(0, 10_000).Select(static i => (float)i).ToArray();
        Assert.Equal(x.Select(static value => 7 * value), Run(Model(("repeats", 1), ("factor", 7f)), x));
    }

    [Fact]
    public void What_a_kernel_throws_fails_the_run_and_the_next_run_works()
    {
        using var session = Open(Model(("repeats", 1), ("factor", 2f)));
        Assert.Contains("InvalidOperationException: infinite", Assert.Throws<OnnxRuntimeException>(() => Run(session, [float.PositiveInfinity])).Message);
        Assert.Equal([2], Run(session, [1]));
    }

    [Fact]
    public void What_a_piece_of_a_parallel_loop_throws_fails_the_run_and_the_next_run_works()
    {
        using var session = Open(Model(("repeats", 1), ("factor", 2f)));
        var poisoned = Enumerable.Repeat(float.NaN, 500).ToArray();
        Assert.Contains("ArithmeticException: not a number", Assert.Throws<OnnxRuntimeException>(() => Run(session, poisoned)).Message);
        Assert.Equal([2], Run(session, [1]));
    }

    [Fact]
    public void A_kernel_that_cannot_be_made_fails_the_session()
    {
        Assert.Contains("repeats", Assert.Throws<OnnxRuntimeException>(() => Open(Model(("factor", 2f)))).Message);
        Assert.Contains("at least 1", Assert.Throws<OnnxRuntimeException>(() => Open(Model(("repeats", 0), ("factor", 2f)))).Message);
    }

    [Fact]
    public void Without_the_domain_the_model_is_refused()
    {
        using var options = new SessionOptions();
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(Model(("repeats", 1), ("factor", 2f)), options));
    }

    [Fact]
    public void A_run_allocates_nothing_on_the_managed_heap()
    {
        using var session = Open(Model(("repeats", 1), ("factor", 2f)));
        using var x = Tensors.Of([4], 1, 2, 3, 4);
        using var y = Tensors.Of([4], 0, 0, 0, 0);
        using var binding = session.CreateIoBinding();
        binding.BindInput("x", x);
        binding.BindOutput("y", y);
        session.RunWithBinding(null, binding);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 100; run++)
            session.RunWithBinding(null, binding);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal([2, 4, 6, 8], y.Floats());
    }

    [Fact]
    public void Kernels_outlive_garbage_collections_and_end_with_their_session()
    {
        var kernel = OpenAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(kernel.IsAlive);
    }

    private static WeakReference OpenAndForget()
    {
        using var session = Open(Model(("repeats", 1), ("factor", 2f)));
        var kernel = new WeakReference(Affine.Latest.Value);
        Affine.Latest.Value = null;
        GC.Collect();
        Assert.Equal([4], Run(session, [2]));
        Assert.True(kernel.IsAlive);
        return kernel;
    }

    private static byte[] Model(params (string, object)[] attributes) => new OnnxModel()
        .Input("x", TensorElementType.Float, "n")
        .Output("y", TensorElementType.Float, "n")
        .Node("Affine", ["x"], "y", "test", attributes)
        .ToBytes();

    private static InferenceSession Open(byte[] model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 2 };
        options.AddCustomOpDomain(Domain);
        return new InferenceSession(model, options);
    }

    private static float[] Run(byte[] model, float[] values)
    {
        using var session = Open(model);
        return Run(session, values);
    }

    private static float[] Run(InferenceSession session, float[] values)
    {
        using var x = Tensors.Of([values.Length], values);
        using var y = session.Run(null, ["x"], [x], ["y"])[0];
        return y.Floats();
    }

    /// <summary>y = factor · x + offset.</summary>
    private sealed class Affine : CustomOp
    {
        public static AsyncLocal<CustomOpKernel?> Latest { get; } = new();

        public override string Name => "Affine";

        public override IReadOnlyList<CustomOpParameter> Inputs { get; } = [new(TensorElementType.Float), new(TensorElementType.Float, IsOptional: true)];

        public override IReadOnlyList<CustomOpParameter> Outputs { get; } = [new(TensorElementType.Float)];

        public override CustomOpKernel CreateKernel(KernelAttributes attributes)
        {
            if (attributes.WholeNumber("repeats") < 1)
                throw new InvalidOperationException("repeats must be at least 1");
            return Latest.Value = new Kernel(attributes.RealNumber("factor"));
        }

        private sealed unsafe class Kernel(float factor) : CustomOpKernel
        {
            public override void Compute(KernelContext context)
            {
                var x = context.Input(0);
                Span<long> shape = stackalloc long[1];
                x.GetShape(shape);
                var offset = context.Input(1);
                var work = new Elements
                {
                    X = (float*)x.Data,
                    Y = (float*)context.Output(0, shape).Data,
                    Factor = factor,
                    Offset = offset.Data == 0 ? 0 : *(float*)offset.Data,
                };
                if (float.IsInfinity(*work.X))
                    throw new InvalidOperationException("infinite");
                context.ParallelFor(ref work, (int)shape[0]);
            }
        }

        private unsafe struct Elements : IParallelWork
        {
            public float* X;
            public float* Y;
            public float Factor;
            public float Offset;

            public readonly void Run(int piece)
            {
                if (float.IsNaN(X[piece]))
                    throw new ArithmeticException("not a number");
                Y[piece] = (Factor * X[piece]) + Offset;
            }
        }
    }
}
