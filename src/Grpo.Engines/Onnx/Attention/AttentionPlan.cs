using Grpo.Engines.Onnx.Decoding;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// Builds the <see cref="AttentionBatch"/> of one forward pass after the other in the same memory. Sequences that share blocks are to be added
/// one after the other: they get into the same tiles, which read what is shared once.
/// </summary>
internal sealed unsafe class AttentionPlan : IDisposable
{
    // Rows of a tile: enough to use a block well that has come from memory, few enough to leave every thread several tiles.
    private const int TileRows = 24;

    // Chunks that a tile's sequences read on their own: small ones share a tile, since starting one costs as much as a chunk or two.
    private const int TileChunks = 24;

    private readonly int _tokensPerTile;
    private readonly NativeBuffer _batch = new(sizeof(AttentionBatch));
    private NativeBuffer _tokens = new(sizeof(AttentionToken));
    private NativeBuffer _tiles = new(sizeof(AttentionTile));
    private int _tokenCapacity = 1;
    private BlockTable? _tileTable;
    private int _tileChunks;
    private int _sequences;

    /// <summary>An empty plan.</summary>
    public AttentionPlan(AttentionShape shape)
    {
        _tokensPerTile = Math.Max(1, TileRows / shape.HeadsPerKv);
        Clear();
    }

    /// <summary>What the graph is given.</summary>
    public AttentionBatch* Batch => (AttentionBatch*)_batch.Address;

    /// <summary>Tokens added.</summary>
    public int TokenCount => Batch->TokenCount;

    /// <summary>Begins the next pass.</summary>
    public void Clear()
    {
        *Batch = new AttentionBatch { Tokens = (AttentionToken*)_tokens.Address, Tiles = (AttentionTile*)_tiles.Address };
        _tileTable = null;
        _sequences = 0;
    }

    /// <summary>Adds the last tokens of a sequence: those that the pass computes.</summary>
    /// <param name="table">The sequence's blocks, extended for these tokens already.</param>
    /// <param name="count">Tokens, at least 1.</param>
    public void Add(BlockTable table, int count)
    {
        MakeRoom(count);
        var first = Batch->TokenCount;
        for (var i = 0; i < count; i++)
        {
            Batch->Tokens[first + i] = new AttentionToken { Blocks = table.Addresses, Position = table.Length - count + i, Sequence = _sequences };
        }

        _sequences++;
        Batch->TokenCount += count;
        Batch->LastPosition = Math.Max(Batch->LastPosition, table.Length - 1);
        if (count == 1)
        {
            AddToTile(table, first);
            return;
        }

        // A chunk's tokens have all blocks in common, those that hold the chunk itself included.
        Batch->HasChunks = true;
        for (var token = first; token < first + count; token += _tokensPerTile)
        {
            var size = Math.Min(_tokensPerTile, first + count - token);
            Batch->Tiles[Batch->TileCount++] = new AttentionTile { First = token, Count = size, SharedChunks = Chunks(Batch->Tokens[token + size - 1].Position + 1) };
        }

        _tileTable = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _tokens.Dispose();
        _tiles.Dispose();
    }

    private static int Chunks(int tokens) => (tokens + AttentionShape.ChunkTokens - 1) / AttentionShape.ChunkTokens;

    private void AddToTile(BlockTable table, int token)
    {
        var chunks = Chunks(table.Length);
        if (_tileTable is not null)
        {
            var tile = Batch->Tiles + Batch->TileCount - 1;
            var common = _tileTable.CommonBlocks(table) / AttentionShape.ChunkBlocks;
            var shared = Math.Min(tile->SharedChunks, common);
            var belongs = tile->Count == 1 || shared == tile->SharedChunks;
            var own = _tileChunks + chunks - ((tile->Count + 1) * shared);
            if (tile->Count < _tokensPerTile && belongs && (shared > 0 || own <= TileChunks))
            {
                tile->SharedChunks = shared;
                tile->Count++;
                _tileChunks += chunks;
                return;
            }
        }

        Batch->Tiles[Batch->TileCount++] = new AttentionTile { First = token, Count = 1, SharedChunks = chunks };
        (_tileTable, _tileChunks) = (table, chunks);
    }

    private void MakeRoom(int count)
    {
        var needed = Batch->TokenCount + count;
        if (needed <= _tokenCapacity)
        {
            return;
        }

        var capacity = Math.Max(needed, 2 * _tokenCapacity);
        Grow(ref _tokens, (long)capacity * sizeof(AttentionToken));
        Grow(ref _tiles, (long)capacity * sizeof(AttentionTile));
        _tokenCapacity = capacity;
        Batch->Tokens = (AttentionToken*)_tokens.Address;
        Batch->Tiles = (AttentionTile*)_tiles.Address;
    }

    private static void Grow(ref NativeBuffer buffer, long bytes)
    {
        var larger = new NativeBuffer(bytes);
        Buffer.MemoryCopy((void*)buffer.Address, (void*)larger.Address, bytes, buffer.Bytes);
        buffer.Dispose();
        buffer = larger;
    }
}
