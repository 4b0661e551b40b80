using Grpo.Engines.Onnx.Models;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>Chooses the decoder that a model's convention needs.</summary>
internal static class Decoders
{
    /// <summary>A decoder without sequences.</summary>
    /// <param name="model">The session and its signature; must outlive the decoder.</param>
    /// <param name="contextLength">The most tokens of one sequence.</param>
    /// <param name="options">Bounds.</param>
    public static IDecoder Create(DecoderModel model, int contextLength, OnnxPolicyOptions options) => model.AppendsInPlace
        ? new SlotDecoder(model, contextLength, options.MaxSequences, options.KvCacheBytes)
        : new ConcatDecoder(model, options.MaxSequences, options.KvCacheBytes);
}
