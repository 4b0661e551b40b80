namespace Grpo.Engines.Onnx.Attention;

/// <summary>What a GroupAttention node computes, and how its part of a cache block is laid out.</summary>
internal readonly record struct AttentionShape
{
    /// <summary>Tokens of a cache block.</summary>
    public const int BlockTokens = 16;

    /// <summary>Blocks whose scores share one step of the online softmax. Chunks begin at multiples of it, so they are the same for every row.</summary>
    public const int ChunkBlocks = 4;

    /// <summary>Tokens of a chunk.</summary>
    public const int ChunkTokens = BlockTokens * ChunkBlocks;

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; each serves <see cref="HeadsPerKv"/> query heads.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Elements of one head's query, key or value.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Factor of the scores.</summary>
    public required float Scale { get; init; }

    /// <summary>Scores become cap · tanh(score / cap); 0 for none.</summary>
    public float SoftCap { get; init; }

    /// <summary>Tokens that a query sees, its own included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>Whether the softmax has one more score of 0 without a value.</summary>
    public bool SmoothSoftmax { get; init; }

    /// <summary>Whether queries and keys are rotated by their position.</summary>
    public bool Rotary { get; init; }

    /// <summary>Whether a rotation turns neighbours (2i, 2i + 1), and not (i, i + half).</summary>
    public bool RotaryInterleaved { get; init; }

    /// <summary>Query heads of one key head.</summary>
    public int HeadsPerKv => Heads / KvHeads;

    /// <summary>The head size in the cache: whole registers of any instruction set.</summary>
    public int PaddedHeadSize => (HeadSize + 15) / 16 * 16;

    /// <summary>
    /// Values of one head in a block: keys transposed, (head size, tokens), so that scores of neighbouring tokens fill a register; then
    /// values, (tokens, head size).
    /// </summary>
    public int HeadBlockFloats => 2 * PaddedHeadSize * BlockTokens;

    /// <summary>Values of one layer in a block.</summary>
    public int LayerBlockFloats => KvHeads * HeadBlockFloats;
}
