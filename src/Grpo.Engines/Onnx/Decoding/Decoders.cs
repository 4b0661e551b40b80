using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>Chooses the decoder that a graph needs.</summary>
internal static class Decoders
{
    /// <summary>Opens a graph with a version of its weights, and a decoder without sequences on it.</summary>
    /// <param name="graph">The graph: the group decoder runs it where it has been rewritten for it.</param>
    /// <param name="weights">A value for each of its parameters.</param>
    /// <param name="options">Bounds.</param>
    /// <returns>The decoder, the session that must outlive it, and the number format.</returns>
    /// <exception cref="Grpo.Rollouts.ModelLoadException">The graph is none that can be decoded here; the message says why.</exception>
    public static (IDecoder Decoder, IDisposable Model, string Dtype) Open(DecoderGraph graph, WeightSet weights, OnnxPolicyOptions options)
    {
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        if (graph.Groups is not null)
        {
            var groups = GroupModel.Open(graph, weights, threads);
            return (new GroupDecoder(groups, options.MaxSequences, options.KvCacheBytes, options.PrefixCacheTokens), groups, DecoderModel.DtypeOf(graph.Facts, graph.Groups.CacheType));
        }

        var model = DecoderModel.Open(graph, weights, threads, ExecutionProvider.Parse(options.Provider));
        return (Create(model, graph.Folder.ContextLength, options), model, model.Dtype);
    }

    /// <summary>A decoder without sequences for a graph as it is.</summary>
    public static IDecoder Create(DecoderModel model, int contextLength, OnnxPolicyOptions options) => model.AppendsInPlace
        ? new SlotDecoder(model, contextLength, options.MaxSequences, options.KvCacheBytes)
        : new ConcatDecoder(model, options.MaxSequences, options.KvCacheBytes);
}
