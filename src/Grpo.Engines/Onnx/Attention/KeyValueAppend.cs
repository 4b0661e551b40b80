using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>Writes new tokens' keys and values into the cache.</summary>
internal static unsafe class KeyValueAppend
{
    private const int LargestHead = 1024;

    /// <summary>Writes one head of one token.</summary>
    /// <param name="tensors">The call.</param>
    /// <param name="token">Index of the token in the batch.</param>
    /// <param name="head">The key head.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<TLanes, TVector>(AttentionTensors* tensors, int token, int head)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        ref readonly var shape = ref tensors->Shape;
        var (size, padded) = (shape.HeadSize, shape.PaddedHeadSize);
        var place = tensors->Batch->Tokens + token;
        var at = place->Position % AttentionShape.BlockTokens;
        var keys = place->Blocks[place->Position / AttentionShape.BlockTokens] + tensors->LayerOffset + (head * shape.HeadBlockFloats);
        var key = tensors->Key + ((long)token * tensors->KeyStride) + (head * size);
        var rotated = stackalloc float[LargestHead];
        if (tensors->Cos is not null)
        {
            var angles = (long)place->Position * tensors->RotaryHalf;
            Rotary.Rotate<TLanes, TVector>(key, rotated, size, tensors->Cos + angles, tensors->Sin + angles, tensors->RotaryHalf, shape.RotaryInterleaved);
            key = rotated;
        }

        for (var i = 0; i < size; i++)
        {
            keys[(i * AttentionShape.BlockTokens) + at] = key[i];
        }

        var value = tensors->Value + ((long)token * tensors->KeyStride) + (head * size);
        var values = keys + (padded * AttentionShape.BlockTokens) + (at * padded);
        Unsafe.CopyBlockUnaligned(values, value, (uint)(size * sizeof(float)));
        for (var i = size; i < padded; i++)
        {
            values[i] = 0;
        }
    }
}
