using System.Diagnostics;
using Grpo.Engines.Onnx.Attention;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Decoding;

/// <summary>
/// Runs a graph whose attention is <see cref="GroupAttentionOp"/>. The cache is the decoder's own, in blocks: the sequences of a group share their
/// prompt's blocks, and a step reads them once for the whole group. A pass takes a flat batch of tokens, without padding.
/// </summary>
internal sealed unsafe class GroupDecoder : IDecoder
{
    // Products of many rows gain nothing from more rows, and what waits for the pass waits longer.
    private const int DefaultPrefillChunk = 512;

    // Tokens that a sequence can grow by before its list of blocks is allocated anew.
    private const int RoomAhead = 512;

    private readonly GroupModel _model;
    private readonly KvBlocks _blocks;
    private readonly int _maxSequences;
    private readonly long _cacheBytes;
    private readonly int _prefillChunk;
    private readonly AttentionPlan _plan;
    private readonly FlatPass _pass;
    private readonly RunOptions _runOptions = new();
    private readonly List<Row> _rows = [];
    private readonly List<int> _order = [];
    private long _groups;

    /// <summary>A decoder without sequences.</summary>
    /// <param name="model">The session; must outlive the decoder.</param>
    /// <param name="maxSequences">The most sequences decoded together.</param>
    /// <param name="cacheBytes">The most bytes of key-value cache that sequences hold.</param>
    /// <param name="prefixTokens">Tokens of prompts that may stay in the cache when no sequence uses them.</param>
    /// <param name="prefillChunk">Tokens of a prompt read in one forward pass, at least 1.</param>
    public GroupDecoder(GroupModel model, int maxSequences, long cacheBytes, long prefixTokens = 0, int prefillChunk = DefaultPrefillChunk)
    {
        (_model, _maxSequences, _cacheBytes, _prefillChunk) = (model, maxSequences, cacheBytes, prefillChunk);
        var blockBytes = model.Graph.BlockBytes;

        // Fits() counts every sequence as if it shared nothing, so the blocks of sequences and of the prompts they share stay within the cache's bytes,
        // but for the last block of each prompt, which is copied; prompts that nobody uses come on top, each with a last block that may be all but empty.
        var ahead = (long)maxSequences + 1 + prefixTokens;
        _blocks = new KvBlocks(blockBytes, cacheBytes + (ahead * blockBytes));
        _plan = new AttentionPlan(model.Graph.Shape);
        _pass = new FlatPass(model, (nint)_plan.Batch);
    }

    /// <summary>The cache.</summary>
    public KvBlocks Blocks => _blocks;

    /// <inheritdoc/>
    public int VocabSize => _model.Graph.VocabSize;

    /// <inheritdoc/>
    public int Count => _rows.Count;

    /// <inheritdoc/>
    public TimeSpan ForwardTime { get; private set; }

    /// <inheritdoc/>
    public long CacheBytes => _blocks.InUse * _blocks.BlockBytes;

    /// <inheritdoc/>
    public bool Fits(int sequences, int tokensEach) =>
        sequences <= _maxSequences && (long)sequences * BlockTable.BlocksFor(tokensEach) * _model.Graph.BlockBytes <= _cacheBytes;

    /// <inheritdoc/>
    public Prefix Prefill(ReadOnlySpan<int> prompt)
    {
        var table = new BlockTable(_blocks, prompt.Length);
        try
        {
            var logits = new float[VocabSize];
            while (!prompt.IsEmpty)
            {
                var chunk = prompt[..Math.Min(_prefillChunk, prompt.Length)];
                _plan.Clear();
                AddToPass(table, chunk);
                _pass.Resize(_plan.TokenCount, 1);
                _pass.SetPlace(0, chunk.Length - 1);
                for (var i = 0; i < chunk.Length; i++)
                {
                    _pass.SetToken(i, chunk[i], table.Length - chunk.Length + i);
                }

                _model.Session.RunWithBinding(_runOptions, _pass.Binding);
                prompt = prompt[chunk.Length..];
            }

            _pass.Logits(1).CopyTo(logits);
            return new GroupPrefix(_groups++, table, logits);
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Join(Prefix prefix)
    {
        var group = (GroupPrefix)prefix;
        var place = _order.FindLastIndex(row => _rows[row].Group == group.Group);
        _order.Insert(place < 0 ? _order.Count : place + 1, _rows.Count);
        _rows.Add(new Row(group.Group, group.Table.Fork(group.Length + RoomAhead)));
    }

    /// <inheritdoc/>
    public void Leave(int row)
    {
        _rows[row].Table.Dispose();
        _order.Remove(row);
        var last = _rows.Count - 1;
        if (row != last)
        {
            _rows[row] = _rows[last];
            _order[_order.IndexOf(last)] = row;
        }

        _rows.RemoveAt(last);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens)
    {
        _plan.Clear();
        _pass.Resize(tokens.Length, tokens.Length);
        for (var place = 0; place < tokens.Length; place++)
        {
            var row = _order[place];
            AddToPass(_rows[row].Table, tokens.Slice(row, 1));
            _pass.SetToken(place, tokens[row], _rows[row].Table.Length - 1);
            _pass.SetPlace(row, place);
        }

        var started = Stopwatch.GetTimestamp();
        _model.Session.RunWithBinding(_runOptions, _pass.Binding);
        ForwardTime += Stopwatch.GetElapsedTime(started);
        return _pass.Logits(tokens.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.ForEach(static row => row.Table.Dispose());
        _pass.Dispose();
        _plan.Dispose();
        _runOptions.Dispose();
        _blocks.Dispose();
    }

    private void AddToPass(BlockTable table, ReadOnlySpan<int> tokens)
    {
        table.Extend(tokens.Length);
        _plan.Add(table, tokens.Length);
    }

    private readonly record struct Row(long Group, BlockTable Table);
}
