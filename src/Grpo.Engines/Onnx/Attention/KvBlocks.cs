using Grpo.Engines.Onnx.Decoding;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// The memory of the cache in blocks of 16 tokens, each for all layers. A block has as many users as sequences and prompts hold it; it is free
/// again when the last one lets go. Memory comes in slabs, as blocks are first needed, and is kept. Used by one thread at a time.
/// </summary>
internal sealed unsafe class KvBlocks : IDisposable
{
    private const long SlabBytes = 1L << 22;

    private readonly List<NativeBuffer> _slabs = [];
    private readonly Stack<int> _free = new();
    private readonly int _blocksPerSlab;
    private int[] _users = [];

    /// <summary>No blocks in use.</summary>
    /// <param name="blockBytes">Bytes of a block: 16 tokens in all layers.</param>
    /// <param name="budgetBytes">The most bytes of all blocks.</param>
    public KvBlocks(long blockBytes, long budgetBytes)
    {
        BlockBytes = blockBytes;
        Capacity = (int)Math.Min(int.MaxValue / 2, budgetBytes / blockBytes);
        _blocksPerSlab = (int)Math.Clamp(SlabBytes / blockBytes, 1, Math.Max(1, Capacity));
    }

    /// <summary>Bytes of a block.</summary>
    public long BlockBytes { get; }

    /// <summary>The most blocks.</summary>
    public int Capacity { get; }

    /// <summary>Blocks with users.</summary>
    public int InUse { get; private set; }

    /// <summary>Takes a free block, for one user. Its content is undefined.</summary>
    /// <exception cref="InvalidOperationException">All blocks are in use; admission is to prevent it.</exception>
    public int Take()
    {
        if (InUse == Capacity)
        {
            throw new InvalidOperationException("The key-value cache has no free block.");
        }

        if (_free.Count == 0)
        {
            AddSlab();
        }

        var block = _free.Pop();
        _users[block] = 1;
        InUse++;
        return block;
    }

    /// <summary>Adds a user to a block in use.</summary>
    public void Share(int block) => _users[block]++;

    /// <summary>Whether a block has more than one user.</summary>
    public bool IsShared(int block) => _users[block] > 1;

    /// <summary>Ends one use of a block.</summary>
    public void Release(int block)
    {
        if (--_users[block] == 0)
        {
            _free.Push(block);
            InUse--;
        }
    }

    /// <summary>Where a block begins.</summary>
    public float* Address(int block) =>
        (float*)((byte*)_slabs[block / _blocksPerSlab].Address + (block % _blocksPerSlab * BlockBytes));

    /// <inheritdoc/>
    public void Dispose() => _slabs.ForEach(static slab => slab.Dispose());

    private void AddSlab()
    {
        var first = _slabs.Count * _blocksPerSlab;
        _slabs.Add(new NativeBuffer(_blocksPerSlab * BlockBytes));
        Array.Resize(ref _users, first + _blocksPerSlab);
        for (var block = first + _blocksPerSlab - 1; block >= first; block--)
        {
            _free.Push(block);
        }
    }
}
