using System.Numerics.Tensors;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;
using Grpo.Engines.Onnx.Scheduling;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx;

/// <summary>Makes a version of a policy from its graph and a set of weights: a session, a decoder on it, and the proof that they run.</summary>
/// <param name="graph">The graph.</param>
/// <param name="options">Bounds.</param>
internal sealed class VersionFactory(DecoderGraph graph, OnnxPolicyOptions options)
{
    /// <summary>The graph that all versions share.</summary>
    public DecoderGraph Graph => graph;

    /// <summary>Makes a version. The session copies the weights.</summary>
    /// <returns>The version at work, and its number format.</returns>
    /// <exception cref="ModelLoadException">With these weights the model does not load, or does not run.</exception>
    public (Lane Lane, string Dtype) Create(int version, WeightSet weights)
    {
        var (decoder, model, dtype) = Decoders.Open(graph, weights, options);
        try
        {
            Probe(decoder);
            return (new Lane(version, decoder, options.PrefixCacheTokens, graph.Folder.ContextLength, model), dtype);
        }
        catch
        {
            decoder.Dispose();
            model.Dispose();
            throw;
        }
    }

    // A model that loads may still not run; better to know before the first request does.
    private void Probe(IDecoder decoder)
    {
        if (graph.Folder.EosTokenIds.FirstOrDefault(id => id >= decoder.VocabSize, -1) is >= 0 and var outside)
        {
            throw new ModelLoadException($"The end-of-sequence token {outside} lies outside the model's vocabulary of {decoder.VocabSize} tokens.");
        }

        try
        {
            using var prefix = decoder.Prefill([graph.Folder.EosTokenIds[0]]);
            if (!float.IsFinite(TensorPrimitives.Max<float>(prefix.Logits))) // NaN counts as the largest
            {
                throw new ModelLoadException("The model's forward pass answers logits that are not finite.");
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException($"The model's forward pass fails: {exception.Message}", exception);
        }
    }
}
