using Grpo.Engines.Onnx.Parameters;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>A decoder ready to run: its session, its signature, and what its files say of it.</summary>
internal sealed class DecoderModel : IDisposable
{
    // Where a model given as bytes has its external files.
    private const string ExternalFilesFolder = "session.model_external_initializers_file_folder_path";

    private DecoderModel(InferenceSession session, DecoderSignature signature, long parameterCount)
    {
        Session = session;
        Signature = signature;
        ParameterCount = parameterCount;
    }

    /// <summary>The session; safe to run from several threads.</summary>
    public InferenceSession Session { get; }

    /// <summary>Names and shapes of its inputs and outputs.</summary>
    public DecoderSignature Signature { get; }

    /// <summary>The number of weights.</summary>
    public long ParameterCount { get; }

    /// <summary>Opens the graph of a model folder on the CPU provider, with the weights it comes with.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="threads">Threads of one forward pass; 0 lets ONNX Runtime choose.</param>
    /// <exception cref="ModelLoadException">The graph is none that can be decoded here; the message says why and what is supported.</exception>
    public static DecoderModel Open(ModelFolder folder, int threads)
    {
        var (graph, weights) = DecoderGraph.Open(folder.GraphPath);
        using (weights) return Open(graph, weights, threads);
    }

    /// <summary>Opens a graph on the CPU provider with a version of its weights. The session copies them.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="weights">A value for each of its parameters.</param>
    /// <param name="threads">Threads of one forward pass; 0 lets ONNX Runtime choose.</param>
    /// <exception cref="ModelLoadException">The graph is none that can be decoded here; the message says why and what is supported.</exception>
    public static DecoderModel Open(DecoderGraph graph, WeightSet weights, int threads)
    {
        if (!graph.Operators.Contains("GroupQueryAttention"))
        {
            throw new ModelLoadException(
                "The model's attention is not com.microsoft.GroupQueryAttention. Supported are models of the onnxruntime-genai convention.");
        }

        var session = OpenSession(graph, weights, threads);
        try
        {
            return new DecoderModel(session, DecoderSignature.Read(session), graph.ParameterCount);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();

    private static InferenceSession OpenSession(DecoderGraph graph, WeightSet weights, int threads)
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
        options.AddSessionConfigEntry(ExternalFilesFolder, graph.Folder);
        var values = graph.Parameters
            .Select(parameter => (parameter, memory: weights.Values[parameter.Name]))
            .Select(value => OrtValue.CreateTensorWithData(OrtMemoryInfo.Cpu, value.parameter.ElementType, value.parameter.Shape, value.memory.Address, value.memory.Bytes))
            .ToList();
        try
        {
            if (values.Count > 0) options.AddExternalInitializers([.. graph.Parameters.Select(parameter => parameter.Name)], values);
            return new InferenceSession(graph.Bytes.Span, options);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException($"ONNX Runtime cannot load the model: {exception.Message}", exception);
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }
}
