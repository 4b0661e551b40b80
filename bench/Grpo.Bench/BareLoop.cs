using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Grpo.OnnxRuntime;

namespace Grpo.Bench;

/// <summary>
/// The least that a rollout can be: a fixed loop over the runtime, one prefill, rows copied, shared key-value buffers of the final size, plain
/// sampling. No scheduler, no log-probabilities, no growth, no repeatability. What the engine adds is measured against it.
/// </summary>
public sealed unsafe class BareLoop : IDisposable
{
    private const int Layers = 30;
    private const int Heads = 3;
    private const int HeadSize = 64;
    private const int Vocabulary = 49152;

    private readonly PeerWorkload _workload;
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly List<nint> _memory = [];
    private readonly Random _random = new(1);

    /// <summary>Opens a model of SmolLM2's shape with GroupQueryAttention.</summary>
    public BareLoop(string graph, PeerWorkload workload)
    {
        _workload = workload;
        using var options = new SessionOptions { IntraOpNumThreads = workload.Threads, InterOpNumThreads = 1, EnableMemoryPattern = false };
        _session = new InferenceSession(graph, options);
    }

    /// <summary>Runs the workload once.</summary>
    /// <returns>Its time in seconds.</returns>
    public double Run(int run)
    {
        var started = Stopwatch.GetTimestamp();
        Rollout(_workload.Prompt(run));
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.ForEach(static block => NativeMemory.AlignedFree((void*)block));
        _runOptions.Dispose();
        _session.Dispose();
    }

    private void Rollout(int[] prompt)
    {
        var (group, length) = (_workload.Group, prompt.Length);
        var capacity = length + _workload.NewTokens;
        var rowBytes = (long)Heads * capacity * HeadSize * sizeof(float);
        var (single, rows) = (Caches(rowBytes), Caches(group * rowBytes));
        var (ids, mask, logits) = (Block(group * length * 8L), Block((long)group * capacity * 8), Block((long)Math.Max(group, length) * Vocabulary * 4));
        new Span<long>((void*)mask, capacity)[..length].Fill(1);
        for (var i = 0; i < length; i++) ((long*)ids)[i] = prompt[i];
        using (var prefill = _session.CreateIoBinding())
        {
            Bind(prefill, 1, length, length, capacity, single, ids, mask, logits);
            _session.RunWithBinding(_runOptions, prefill);
        }

        for (var tensor = 0; tensor < single.Length; tensor++)
            for (var row = 0; row < group; row++)
                Buffer.MemoryCopy((void*)single[tensor], (byte*)rows[tensor] + (row * rowBytes), rowBytes, rowBytes);
        var last = (float*)logits + ((length - 1L) * Vocabulary);
        var probabilities = new float[Vocabulary];
        for (var row = 0; row < group; row++) ((long*)ids)[row] = Draw(new(last, Vocabulary), probabilities);
        var masks = new Span<long>((void*)mask, group * capacity);
        masks.Clear();
        for (var row = 0; row < group; row++) masks.Slice(row * capacity, length).Fill(1);
        using var step = _session.CreateIoBinding();
        Bind(step, group, 1, capacity, capacity, rows, ids, mask, logits);
        for (var position = length; position < capacity - 1; position++)
        {
            for (var row = 0; row < group; row++) masks[(row * capacity) + position] = 1;
            _session.RunWithBinding(_runOptions, step);
            for (var row = 0; row < group; row++) ((long*)ids)[row] = Draw(new((float*)logits + ((long)row * Vocabulary), Vocabulary), probabilities);
        }

        _memory.ForEach(static block => NativeMemory.AlignedFree((void*)block));
        _memory.Clear();
    }

    private int Draw(ReadOnlySpan<float> logits, float[] probabilities)
    {
        TensorPrimitives.SoftMax(logits, probabilities);
        var left = _random.NextSingle();
        for (var token = 0; token < probabilities.Length; token++)
        {
            left -= probabilities[token];
            if (left <= 0) return token;
        }

        return probabilities.Length - 1;
    }

    private static void Bind(OrtIoBinding binding, int rows, int tokens, int width, int capacity, nint[] caches, nint ids, nint mask, nint logits)
    {
        binding.BindInput("input_ids", OrtMemoryInfo.Cpu, TensorElementType.Int64, [rows, tokens], ids, rows * tokens * 8L);
        binding.BindInput("attention_mask", OrtMemoryInfo.Cpu, TensorElementType.Int64, [rows, width], mask, (long)rows * width * 8);
        binding.BindOutput("logits", OrtMemoryInfo.Cpu, TensorElementType.Float, [rows, tokens, Vocabulary], logits, (long)rows * tokens * Vocabulary * 4);
        for (var tensor = 0; tensor < caches.Length; tensor++)
        {
            var name = $"{tensor / 2}.{(tensor % 2 == 0 ? "key" : "value")}";
            var bytes = (long)rows * Heads * capacity * HeadSize * sizeof(float);
            binding.BindInput($"past_key_values.{name}", OrtMemoryInfo.Cpu, TensorElementType.Float, [rows, Heads, capacity, HeadSize], caches[tensor], bytes);
            binding.BindOutput($"present.{name}", OrtMemoryInfo.Cpu, TensorElementType.Float, [rows, Heads, capacity, HeadSize], caches[tensor], bytes);
        }
    }

    private nint[] Caches(long bytes) => [.. Enumerable.Range(0, 2 * Layers).Select(_ => Block(bytes))];

    private nint Block(long bytes)
    {
        var block = (nint)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        _memory.Add(block);
        return block;
    }
}
