namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// One forward pass as the attention nodes see it, in native memory: which token belongs where in the cache, and which tokens are computed
/// together. The graph gets the address of this structure.
/// </summary>
internal unsafe struct AttentionBatch
{
    /// <summary>New tokens in all: the length of the graph's sequence axis.</summary>
    public int TokenCount;

    /// <summary>Tiles.</summary>
    public int TileCount;

    /// <summary>The largest position of a token.</summary>
    public int LastPosition;

    /// <summary>Whether a token reads keys of another new token, so that all keys must be in the cache before any is read.</summary>
    public bool HasChunks;

    /// <summary>Shape (TokenCount).</summary>
    public AttentionToken* Tokens;

    /// <summary>Shape (TileCount): consecutive runs that cover all tokens.</summary>
    public AttentionTile* Tiles;
}

/// <summary>A new token.</summary>
internal unsafe struct AttentionToken
{
    /// <summary>The blocks of its sequence: token p lies in block p / 16.</summary>
    public float** Blocks;

    /// <summary>Its position in its sequence.</summary>
    public int Position;

    /// <summary>Equal for the tokens of one sequence, which lie side by side.</summary>
    public int Sequence;
}

/// <summary>Consecutive tokens whose attention is computed together.</summary>
internal struct AttentionTile
{
    /// <summary>Its first token.</summary>
    public int First;

    /// <summary>Its tokens.</summary>
    public int Count;

    /// <summary>Leading chunks of the cache that are the same blocks for all of them; read once.</summary>
    public int SharedChunks;
}
