using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime.CustomOps;

/// <summary>The inputs and outputs of a node of our own in one run, and ONNX Runtime's threads. Nothing here allocates on the managed heap.</summary>
public readonly unsafe ref struct KernelContext
{
    private readonly nint _context;

    internal KernelContext(nint context) => _context = context;

    /// <summary>The inputs that the node names, left-out ones before its last included.</summary>
    public int InputCount
    {
        get
        {
            nuint count;
            OrtStatus.Check(OrtApi.Instance->KernelContextGetInputCount(_context, &count));
            return (int)count;
        }
    }

    /// <summary>An input; a tensor without address where the node leaves it out.</summary>
    public KernelTensor Input(int index)
    {
        if (index >= InputCount)
            return default;
        nint value;
        OrtStatus.Check(OrtApi.Instance->KernelContextGetInput(_context, (nuint)index, &value));
        return value == 0 ? default : new KernelTensor(value);
    }

    /// <summary>An output of the shape given, to be written.</summary>
    public KernelTensor Output(int index, ReadOnlySpan<long> shape)
    {
        nint value;
        fixed (long* dimensions = shape)
            OrtStatus.Check(OrtApi.Instance->KernelContextGetOutput(_context, (nuint)index, dimensions, (nuint)shape.Length, &value));
        return new KernelTensor(value);
    }

    /// <summary>Runs <paramref name="count"/> pieces of work on the session's threads and this one; returns when all have ended.</summary>
    /// <param name="work">Shared by the pieces.</param>
    /// <param name="count">Pieces; taken in order, one at a time, by whichever thread is free.</param>
    /// <exception cref="Exception">The first exception of a piece.</exception>
    public void ParallelFor<TWork>(ref TWork work, int count)
        where TWork : unmanaged, IParallelWork => ParallelLoop.Run(_context, ref work, count);
}

/// <summary>Work in numbered pieces that may run at the same time.</summary>
public interface IParallelWork
{
    /// <summary>Does one piece.</summary>
    void Run(int piece);
}
