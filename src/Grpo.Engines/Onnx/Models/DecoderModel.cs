using Grpo.Engines.Onnx.Parameters;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>A decoder ready to run: its session, its signature, and what its files say of it.</summary>
internal sealed class DecoderModel : IDisposable
{
    // Where a model given as bytes has its external files.
    private const string ExternalFilesFolder = "session.model_external_initializers_file_folder_path";

    private readonly InferenceSession? _promptSession;

    private DecoderModel(InferenceSession session, InferenceSession? promptSession, DecoderSignature signature, GraphFacts graph, long parameterCount, ExecutionProvider provider)
    {
        Session = session;
        Provider = provider;
        _promptSession = promptSession;
        Signature = signature;
        ParameterCount = parameterCount;
        LargestBatch = graph.Operators.Contains("DynamicQuantizeLinear") ? 1 : int.MaxValue;
        SmallestBatch = LargestBatch > 1 && graph.Operators.Contains("MatMulNBits") ? 2 : 1;
        AppendsInPlace = provider.Memory is null && LargestBatch > 1 && graph.ReadersOf(signature.PastNames[0]).SetEquals(["GroupQueryAttention"]);
        Dtype = DtypeOf(graph, signature.Cache.ElementType);
    }

    /// <summary>The session; safe to run from several threads.</summary>
    public InferenceSession Session { get; }

    /// <summary>Where it runs.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>The session that reads the first tokens of a sequence: the same one, but for old exports that split the decoder in two.</summary>
    public InferenceSession PromptSession => _promptSession ?? Session;

    /// <summary>Whether a sequence must be read in one pass: the prompt's graph takes no cache, the other one token at a time.</summary>
    public bool ReadsPromptsWhole => _promptSession is not null;

    /// <summary>Names and shapes of its inputs and outputs.</summary>
    public DecoderSignature Signature { get; }

    /// <summary>
    /// Whether a cache in this process's memory is appended to in place when past and present are the same memory, as GroupQueryAttention does on the CPU.
    /// </summary>
    public bool AppendsInPlace { get; }

    /// <summary>
    /// The most sequences that may share a decode step. One for dynamic quantization, whose 8-bit scale is taken over all rows of a batch: the others
    /// would show in a sequence's log-probabilities.
    /// </summary>
    public int LargestBatch { get; }

    /// <summary>
    /// The fewest rows of a decode step, filled up if need be. Two for MatMulNBits, which has another kernel for a single row, with other rounding: the
    /// last one of a group would not be what it is among others.
    /// </summary>
    public int SmallestBatch { get; }

    /// <summary>The number of weights.</summary>
    public long ParameterCount { get; }

    /// <summary>float32, float16 or bfloat16; or, where the weights are quantized, int8, q8 or q4, with f16 behind it for float16 activations.</summary>
    public string Dtype { get; }

    /// <summary>Opens the graph of a model folder with the weights it comes with.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="threads">Threads of one forward pass; 0 lets ONNX Runtime choose.</param>
    /// <param name="provider">Where it runs; null for the CPU.</param>
    /// <exception cref="ModelLoadException">The graph is none that can be decoded here; the message says why and what is supported.</exception>
    public static DecoderModel Open(ModelFolder folder, int threads, ExecutionProvider? provider = null)
    {
        var (graph, weights) = DecoderGraph.Open(folder);
        using (weights) return Open(graph, weights, threads, provider ?? ExecutionProvider.Cpu);
    }

    /// <summary>Opens a graph with a version of its weights. The session copies them.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="weights">A value for each of its parameters.</param>
    /// <param name="threads">Threads of one forward pass; 0 lets ONNX Runtime choose.</param>
    /// <param name="provider">Where it runs.</param>
    /// <exception cref="ModelLoadException">The graph is none that can be decoded here; the message says why and what is supported.</exception>
    public static DecoderModel Open(DecoderGraph graph, WeightSet weights, int threads, ExecutionProvider provider)
    {
        var (session, promptSession) = (OpenSession(graph, weights, threads, provider), (InferenceSession?)null);
        try
        {
            if (graph.Folder.Graph.PromptPath is { } promptPath)
            {
                promptSession = OpenSession(options => new InferenceSession(promptPath, options), threads, provider);
            }

            return new DecoderModel(session, promptSession, DecoderSignature.Read(session, graph.Folder.Names, graph.Folder.Config), graph.Facts, graph.ParameterCount, provider);
        }
        catch
        {
            session.Dispose();
            promptSession?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        _promptSession?.Dispose();
    }

    /// <summary>A session on a graph with a version of its weights, which it copies.</summary>
    /// <exception cref="ModelLoadException">ONNX Runtime refuses them; the message says why.</exception>
    internal static InferenceSession OpenSession(DecoderGraph graph, WeightSet weights, int threads, ExecutionProvider provider)
    {
        var values = graph.SessionParameters
            .Select(parameter => (parameter, memory: weights.Values[parameter.Name]))
            .Select(value => OrtValue.CreateTensorWithData(OrtMemoryInfo.Cpu, value.parameter.ElementType, value.parameter.Shape, value.memory.Address, value.memory.Bytes))
            .ToList();
        try
        {
            return OpenSession(Open, threads, provider);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }

        InferenceSession Open(SessionOptions options)
        {
            if (graph.Groups is not null) options.AddCustomOpDomain(OperatorDomain.Operators);
            options.AddSessionConfigEntry(ExternalFilesFolder, Path.GetDirectoryName(graph.Folder.Graph.Path)!);
            if (values.Count > 0) options.AddExternalInitializers([.. graph.SessionParameters.Select(parameter => parameter.Name)], values);
            return new InferenceSession(graph.Bytes.Span, options);
        }
    }

    private static InferenceSession OpenSession(Func<SessionOptions, InferenceSession> open, int threads, ExecutionProvider provider)
    {
        // Weight prepacking stays on (the default): with it, a MatMul row has the same bits in every batch size, and so has a completion.
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.EnableAll,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            // Batches change from step to step, so a remembered allocation pattern would never fit.
            EnableMemoryPattern = false,
        };
        // Between two passes the threads sleep: the cores are the sampler's then.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        try
        {
            provider.AppendTo(options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException($"The provider {provider.Name} is not available: {exception.Message}", exception);
        }

        try
        {
            return open(options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException($"ONNX Runtime cannot load the model: {exception.Message}", exception);
        }
    }

    /// <summary>float32, float16 or bfloat16; or, where the weights are quantized, int8, q8 or q4, with f16 behind it for float16 activations.</summary>
    internal static string DtypeOf(GraphFacts graph, TensorElementType cache)
    {
        var plain = cache switch
        {
            TensorElementType.Float16 => "float16",
            TensorElementType.BFloat16 => "bfloat16",
            _ => "float32",
        };
        if (graph.QuantizedBits > 0)
        {
            return $"q{graph.QuantizedBits}{(cache == TensorElementType.Float ? "" : "f16")}";
        }

        return graph.Operators.Overlaps(["MatMulInteger", "DynamicQuantizeMatMul", "QLinearMatMul"]) ? "int8" : plain;
    }
}
