using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>One GroupAttention node: checks its tensors against the batch and spreads the tiles over ONNX Runtime's threads.</summary>
internal sealed unsafe class GroupAttentionKernel<TLanes, TVector>(AttentionShape shape, int layer) : CustomOpKernel
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Compute(KernelContext context)
    {
        var query = context.Input(0);
        var key = context.Input(1);
        var value = context.Input(2);
        var batch = (AttentionBatch*)*(long*)context.Input(3).Data;
        Span<long> dimensions = stackalloc long[3];
        if (query.GetShape(dimensions) != 3 || dimensions[0] * dimensions[1] < batch->TokenCount)
        {
            throw new InvalidOperationException($"The queries have shape ({dimensions[0]}, {dimensions[1]}, ...), the batch {batch->TokenCount} tokens.");
        }

        var packed = key.Data == 0;
        var (queryWidth, keyWidth) = (shape.Heads * shape.HeadSize, shape.KvHeads * shape.HeadSize);
        var width = packed ? queryWidth + (2 * keyWidth) : queryWidth;
        if (dimensions[2] != width)
        {
            throw new InvalidOperationException($"The queries are {dimensions[2]} wide; {width} was declared.");
        }

        dimensions[2] = queryWidth;
        var output = (float*)context.Output(0, dimensions).Data;
        var tensors = new AttentionTensors
        {
            Shape = shape,
            Batch = batch,
            LayerOffset = (long)layer * shape.LayerBlockFloats,
            Query = (float*)query.Data,
            Key = packed ? (float*)query.Data + queryWidth : (float*)key.Data,
            Value = packed ? (float*)query.Data + queryWidth + keyWidth : (float*)value.Data,
            QueryStride = width,
            KeyStride = packed ? width : keyWidth,
            Output = output,
            Sinks = (float*)context.Input(6).Data,
        };
        // Tokens that only fill up the pass are no sequence's.
        var filled = (dimensions[0] * dimensions[1]) - batch->TokenCount;
        new Span<float>(output + ((long)batch->TokenCount * queryWidth), (int)(filled * queryWidth)).Clear();
        if (shape.Rotary)
        {
            ReadAngles(context, ref tensors);
        }

        if (batch->HasChunks)
        {
            var append = new Append { Tensors = &tensors };
            context.ParallelFor(ref append, batch->TileCount);
        }

        var attend = new Attend { Tensors = &tensors };
        context.ParallelFor(ref attend, batch->TileCount * shape.KvHeads);
    }

    private static void ReadAngles(KernelContext context, ref AttentionTensors tensors)
    {
        var cos = context.Input(4);
        var sin = context.Input(5);
        Span<long> dimensions = stackalloc long[2];
        if (cos.GetShape(dimensions) != 2 || dimensions[0] <= tensors.Batch->LastPosition)
        {
            throw new InvalidOperationException($"The rotary tables end at position {dimensions[0]}; a token is at {tensors.Batch->LastPosition}.");
        }

        tensors.Cos = (float*)cos.Data;
        tensors.Sin = (float*)sin.Data;
        tensors.RotaryHalf = (int)dimensions[1];
    }

    private struct Append : IParallelWork
    {
        public AttentionTensors* Tensors;

        public readonly void Run(int piece)
        {
            var tile = Tensors->Batch->Tiles[piece];
            WriteKeys(Tensors, tile, 0, Tensors->Shape.KvHeads);
        }
    }

    // Pieces of one head follow each other, so that a thread finds the blocks its neighbour has just read.
    private struct Attend : IParallelWork
    {
        public AttentionTensors* Tensors;

        public readonly void Run(int piece)
        {
            var (head, tile) = Math.DivRem(piece, Tensors->Batch->TileCount);
            if (!Tensors->Batch->HasChunks)
            {
                WriteKeys(Tensors, Tensors->Batch->Tiles[tile], head, head + 1);
            }

            TileAttention<TLanes, TVector>.Run(Tensors, Tensors->Batch->Tiles + tile, head);
        }
    }

    private static void WriteKeys(AttentionTensors* tensors, AttentionTile tile, int firstHead, int endHead)
    {
        for (var token = tile.First; token < tile.First + tile.Count; token++)
        {
            for (var head = firstHead; head < endHead; head++)
            {
                KeyValueAppend.Write<TLanes, TVector>(tensors, token, head);
            }
        }
    }
}
