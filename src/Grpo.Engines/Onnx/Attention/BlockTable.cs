using Grpo.Engines.Onnx.Decoding;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>The blocks of one sequence or prompt, in the order of its tokens. A block that others hold too is copied before it is written.</summary>
internal sealed unsafe class BlockTable : IDisposable
{
    private readonly KvBlocks _blocks;
    private int[] _ids;
    private NativeBuffer _addresses;

    /// <summary>An empty table.</summary>
    /// <param name="blocks">Where blocks come from.</param>
    /// <param name="capacity">Tokens it is to hold without allocating; it grows beyond.</param>
    public BlockTable(KvBlocks blocks, int capacity)
    {
        _blocks = blocks;
        Capacity = capacity;
        _ids = new int[Math.Max(1, BlocksFor(capacity))];
        _addresses = new NativeBuffer((long)_ids.Length * sizeof(float*));
    }

    /// <summary>Tokens it holds.</summary>
    public int Length { get; private set; }

    /// <summary>Tokens it was made for.</summary>
    public int Capacity { get; }

    /// <summary>Its blocks.</summary>
    public ReadOnlySpan<int> Blocks => _ids.AsSpan(0, BlocksFor(Length));

    /// <summary>Where its blocks lie; shape (blocks), valid until it is extended or disposed.</summary>
    public float** Addresses => (float**)_addresses.Address;

    /// <summary>Blocks it will yet take until it holds as many tokens as it was made for.</summary>
    public int BlocksToCome => Math.Max(0, BlocksFor(Capacity) - Blocks.Length + (LastIsShared ? 1 : 0));

    private bool LastIsShared => Length % AttentionShape.BlockTokens > 0 && _blocks.IsShared(Blocks[^1]);

    /// <summary>Blocks of so many tokens.</summary>
    public static int BlocksFor(int tokens) => (tokens + AttentionShape.BlockTokens - 1) / AttentionShape.BlockTokens;

    /// <summary>Makes room for further tokens, to be written by the next forward pass.</summary>
    public void Extend(int tokens)
    {
        if (LastIsShared)
        {
            CopyLast();
        }

        MakeRoom(BlocksFor(Length + tokens));
        for (var index = Blocks.Length; index < BlocksFor(Length + tokens); index++)
        {
            Set(index, _blocks.Take());
        }

        Length += tokens;
    }

    /// <summary>A table that continues this one: it shares all blocks.</summary>
    /// <param name="capacity">Tokens that the new one is to hold without allocating.</param>
    public BlockTable Fork(int capacity)
    {
        var fork = new BlockTable(_blocks, Math.Max(capacity, Length)) { Length = Length };
        for (var index = 0; index < Blocks.Length; index++)
        {
            _blocks.Share(_ids[index]);
            fork.Set(index, _ids[index]);
        }

        return fork;
    }

    /// <summary>Leading blocks that two tables have in common.</summary>
    public int CommonBlocks(BlockTable other) => Blocks.CommonPrefixLength(other.Blocks);

    /// <summary>Lets go of its blocks.</summary>
    public void Dispose()
    {
        foreach (var block in Blocks)
        {
            _blocks.Release(block);
        }

        Length = 0;
        _addresses.Dispose();
    }

    private void MakeRoom(int blocks)
    {
        if (blocks <= _ids.Length)
        {
            return;
        }

        Array.Resize(ref _ids, Math.Max(blocks, 2 * _ids.Length));
        var larger = new NativeBuffer((long)_ids.Length * sizeof(float*));
        Buffer.MemoryCopy(Addresses, (void*)larger.Address, larger.Bytes, _addresses.Bytes);
        _addresses.Dispose();
        _addresses = larger;
    }

    private void CopyLast()
    {
        var last = Blocks.Length - 1;
        var (shared, own) = (_ids[last], _blocks.Take());
        Buffer.MemoryCopy(_blocks.Address(shared), _blocks.Address(own), _blocks.BlockBytes, _blocks.BlockBytes);
        _blocks.Release(shared);
        Set(last, own);
    }

    private void Set(int index, int block)
    {
        _ids[index] = block;
        Addresses[index] = _blocks.Address(block);
    }
}
