using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Bench.GroupAttention;

/// <summary>What this machine can do: bytes read from memory a second, float32 operations a second, on all cores.</summary>
/// <param name="BytesPerSecond">Reading memory in order.</param>
/// <param name="OperationsPerSecond">Multiplications and additions of float32, from registers.</param>
internal sealed record MachineLimits(double BytesPerSecond, double OperationsPerSecond)
{
    private const int Repeats = 5;
    private const long BufferBytes = 1L << 28;
    private const int Iterations = 20_000_000;

    /// <summary>Measures both.</summary>
    public static MachineLimits Measure(int threads)
    {
        using var buffer = new NativeBuffer(BufferBytes);
        buffer.AsSpan<float>().Fill(1);
        var (bytes, operations) = (0.0, 0.0);
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            bytes = Math.Max(bytes, BufferBytes / Time(threads, thread => Read(buffer, thread, threads)));
            operations = Math.Max(operations, threads * Multiply(0, 0).Operations / Time(threads, _ => Multiply(Iterations, 1)));
        }

        return new MachineLimits(bytes, operations);
    }

    private static double Time(int threads, Action<int> work)
    {
        using var ready = new Barrier(threads + 1);
        var all = Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            ready.SignalAndWait();
            work(thread);
        })).ToList();
        all.ForEach(thread => thread.Start());
        ready.SignalAndWait();
        var started = Stopwatch.GetTimestamp();
        all.ForEach(thread => thread.Join());
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe float Read(NativeBuffer buffer, int thread, int threads)
    {
        var values = (float*)buffer.Address;
        var (from, to) = (BufferBytes / sizeof(float) / threads * thread, BufferBytes / sizeof(float) / threads * (thread + 1));
        Vector512<float> a = default, b = default, c = default, d = default;
        for (var i = from; i < to; i += 64)
        {
            a += Vector512.Load(values + i);
            b += Vector512.Load(values + i + 16);
            c += Vector512.Load(values + i + 32);
            d += Vector512.Load(values + i + 48);
        }

        return Vector512.Sum(a + b + c + d);
    }

    private static (double Operations, float Result) Multiply(int iterations, float start) =>
        Lanes512.IsSupported ? Multiply<Lanes512, Vector512<float>>(iterations, start)
        : Lanes256.IsSupported ? Multiply<Lanes256, Vector256<float>>(iterations, start)
        : Multiply<Lanes128, Vector128<float>>(iterations, start);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Operations, float Result) Multiply<TLanes, TVector>(int iterations, float start)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector x = TLanes.Broadcast(start), s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x;
        for (var i = 0; i < iterations; i++)
        {
            s0 = TLanes.MultiplyAdd(s0, x, x);
            s1 = TLanes.MultiplyAdd(s1, x, x);
            s2 = TLanes.MultiplyAdd(s2, x, x);
            s3 = TLanes.MultiplyAdd(s3, x, x);
            s4 = TLanes.MultiplyAdd(s4, x, x);
            s5 = TLanes.MultiplyAdd(s5, x, x);
            s6 = TLanes.MultiplyAdd(s6, x, x);
            s7 = TLanes.MultiplyAdd(s7, x, x);
        }

        var total = TLanes.Add(TLanes.Add(TLanes.Add(s0, s1), TLanes.Add(s2, s3)), TLanes.Add(TLanes.Add(s4, s5), TLanes.Add(s6, s7)));
        return (2.0 * 8 * TLanes.Width * Iterations, TLanes.Sum(total));
    }
}
