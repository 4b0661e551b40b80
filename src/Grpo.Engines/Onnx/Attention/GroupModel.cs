using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;
using Grpo.Engines.Onnx.Products;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>A session on a graph rewritten for the group decoder.</summary>
internal sealed class GroupModel : IDisposable
{
    private readonly PackedMatrices _matrices;

    private GroupModel(InferenceSession session, DecoderGraph graph, PackedMatrices matrices)
    {
        Session = session;
        _matrices = matrices;
        Graph = graph.Groups!;

        // MatMulNBits has another kernel for a single row, with other rounding.
        SmallestPass = graph.Facts.Operators.Contains("MatMulNBits") ? 2 : 1;
    }

    /// <summary>The session; safe to run from several threads.</summary>
    public InferenceSession Session { get; }

    /// <summary>What it runs.</summary>
    public GroupGraph Graph { get; }

    /// <summary>The address of the table of this version's matrices.</summary>
    public nint Matrices => _matrices.Table;

    /// <summary>The fewest tokens, and the fewest logits, of a pass; it is filled up if need be, so that a sequence has the same bits alone and among others.</summary>
    public int SmallestPass { get; }

    /// <summary>Opens a rewritten graph on the CPU provider with a version of its weights. The session and the matrices copy them.</summary>
    /// <exception cref="ModelLoadException">ONNX Runtime refuses them; the message says why.</exception>
    public static GroupModel Open(DecoderGraph graph, WeightSet weights, int threads)
    {
        var matrices = new PackedMatrices(graph.Groups!.Matrices, weights);
        try
        {
            return new GroupModel(DecoderModel.OpenSession(graph, weights, threads, ExecutionProvider.Cpu), graph, matrices);
        }
        catch
        {
            matrices.Dispose();
            throw;
        }
    }

    /// <summary>Opens the graph of a model folder with the weights it comes with.</summary>
    /// <exception cref="ModelLoadException">The graph is not recognised, or ONNX Runtime refuses it; the message says why.</exception>
    public static GroupModel Open(ModelFolder folder, int threads)
    {
        var (graph, weights) = DecoderGraph.Open(folder, forGroups: true);
        using (weights)
        {
            return graph.GroupRefusal is { } refusal ? throw new ModelLoadException($"The group decoder cannot run the model: {refusal}.") : Open(graph, weights, threads);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        _matrices.Dispose();
    }
}
