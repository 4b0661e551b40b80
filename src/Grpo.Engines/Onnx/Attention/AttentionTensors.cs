namespace Grpo.Engines.Onnx.Attention;

/// <summary>The memory of one call of a GroupAttention node.</summary>
internal unsafe struct AttentionTensors
{
    /// <summary>What is computed.</summary>
    public AttentionShape Shape;

    /// <summary>The pass.</summary>
    public AttentionBatch* Batch;

    /// <summary>Where this layer's part of a block begins, in values.</summary>
    public long LayerOffset;

    /// <summary>Shape (tokens, heads, head size), rows <see cref="QueryStride"/> values apart.</summary>
    public float* Query;

    /// <summary>Shape (tokens, key heads, head size), rows <see cref="KeyStride"/> values apart.</summary>
    public float* Key;

    /// <summary>As <see cref="Key"/>.</summary>
    public float* Value;

    /// <summary>Shape (tokens, heads, head size).</summary>
    public float* Output;

    /// <summary>Shape (positions, rotary half); null without rotation.</summary>
    public float* Cos;

    /// <summary>As <see cref="Cos"/>.</summary>
    public float* Sin;

    /// <summary>One more score of each head without a value, shape (heads); null for none.</summary>
    public float* Sinks;

    /// <summary>Values from one token's queries to the next one's.</summary>
    public int QueryStride;

    /// <summary>Values from one token's keys, or values, to the next one's.</summary>
    public int KeyStride;

    /// <summary>Pairs that are rotated: half of the rotary dimensions.</summary>
    public int RotaryHalf;
}
