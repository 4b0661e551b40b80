using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.OnnxRuntime.Native;

/// <summary>Managed work on ONNX Runtime's threads. An exception ends its piece and is thrown again where the loop was started.</summary>
internal static unsafe class ParallelLoop
{
    /// <summary>Runs the pieces 0 .. <paramref name="count"/> - 1.</summary>
    public static void Run<TWork>(nint context, ref TWork work, int count)
        where TWork : unmanaged, IParallelWork
    {
        var shared = work; // On the stack, where no garbage collection moves it.
        var loop = new Loop { Work = &shared, RunPiece = &RunPiece<TWork> };
        OrtStatus.Check(OrtApi.Instance->KernelContextParallelFor(context, &RunGuarded, (nuint)count, 0, &loop));
        if (loop.Failure == 0)
            return;
        var failure = GCHandle.FromIntPtr(loop.Failure);
        var exception = (Exception)failure.Target!;
        failure.Free();
        ExceptionDispatchInfo.Throw(exception);
    }

    private static void RunPiece<TWork>(void* work, int piece)
        where TWork : unmanaged, IParallelWork => Unsafe.AsRef<TWork>(work).Run(piece);

    [UnmanagedCallersOnly]
    private static void RunGuarded(void* state, nuint piece)
    {
        var loop = (Loop*)state;
        try
        {
            loop->RunPiece(loop->Work, (int)piece);
        }
#pragma warning disable CA1031 // No exception may pass through native frames: it would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var failure = GCHandle.Alloc(exception);
            if (Interlocked.CompareExchange(ref loop->Failure, GCHandle.ToIntPtr(failure), 0) != 0)
                failure.Free();
        }
    }

    private struct Loop
    {
        public void* Work;
        public delegate*<void*, int, void> RunPiece;
        public nint Failure;
    }
}
