using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>A decoder ready to run: its session, its signature, and what its files say of it.</summary>
internal sealed class DecoderModel : IDisposable
{
    private readonly InferenceSession? _promptSession;

    private DecoderModel(InferenceSession session, InferenceSession? promptSession, DecoderSignature signature, GraphFacts graph, long parameterCount)
    {
        Session = session;
        _promptSession = promptSession;
        Signature = signature;
        ParameterCount = parameterCount;
        LargestBatch = graph.Operators.Contains("DynamicQuantizeLinear") ? 1 : int.MaxValue;
        SmallestBatch = LargestBatch > 1 && graph.Operators.Contains("MatMulNBits") ? 2 : 1;
        AppendsInPlace = LargestBatch > 1 && graph.ReadersOf(signature.PastNames[0]).SetEquals(["GroupQueryAttention"]);
        Dtype = DtypeOf(graph, signature);
    }

    /// <summary>The session; safe to run from several threads.</summary>
    public InferenceSession Session { get; }

    /// <summary>The session that reads the first tokens of a sequence: the same one, but for old exports that split the decoder in two.</summary>
    public InferenceSession PromptSession => _promptSession ?? Session;

    /// <summary>Whether a sequence must be read in one pass: the prompt's graph takes no cache, the other one token at a time.</summary>
    public bool ReadsPromptsWhole => _promptSession is not null;

    /// <summary>Names and shapes of its inputs and outputs.</summary>
    public DecoderSignature Signature { get; }

    /// <summary>Whether the graph appends to a cache in place when past and present are the same memory, as GroupQueryAttention does.</summary>
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

    /// <summary>Opens the graph of a model folder on the CPU provider.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="threads">Threads of one forward pass; 0 lets ONNX Runtime choose.</param>
    /// <exception cref="ModelLoadException">The graph is none that can be decoded here; the message says why and what is supported.</exception>
    public static DecoderModel Open(ModelFolder folder, int threads)
    {
        var bytes = File.ReadAllBytes(folder.Graph.Path);
        var (parameterCount, graph) = (OnnxGraph.Parse(bytes).ParameterCount, GraphFacts.Read(bytes));
        RequireDataFiles(folder.Graph.Path, graph);
        var (session, promptSession) = (OpenSession(folder.Graph.Path, threads), (InferenceSession?)null);
        try
        {
            if (folder.Graph.PromptPath is { } promptPath)
            {
                RequireDataFiles(promptPath, GraphFacts.Read(File.ReadAllBytes(promptPath)));
                promptSession = OpenSession(promptPath, threads);
            }

            return new DecoderModel(session, promptSession, DecoderSignature.Read(session, folder.Names, folder.Config), graph, parameterCount);
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

    private static void RequireDataFiles(string path, GraphFacts graph)
    {
        if (graph.DataFiles.FirstOrDefault(file => !File.Exists(Path.Combine(Path.GetDirectoryName(path)!, file))) is { } missing)
        {
            throw new ModelLoadException($"The weights of {Path.GetFileName(path)} are in '{missing}', which is not beside it.");
        }
    }

    private static InferenceSession OpenSession(string path, int threads)
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
        try
        {
            return new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException($"ONNX Runtime cannot load the model: {exception.Message}", exception);
        }
    }

    private static string DtypeOf(GraphFacts graph, DecoderSignature signature)
    {
        var plain = signature.Cache.ElementType switch
        {
            TensorElementType.Float16 => "float16",
            TensorElementType.BFloat16 => "bfloat16",
            _ => "float32",
        };
        if (graph.QuantizedBits > 0)
        {
            return $"q{graph.QuantizedBits}{(signature.Cache.ElementType == TensorElementType.Float ? "" : "f16")}";
        }

        return graph.Operators.Overlaps(["MatMulInteger", "DynamicQuantizeMatMul", "QLinearMatMul"]) ? "int8" : plain;
    }
}
