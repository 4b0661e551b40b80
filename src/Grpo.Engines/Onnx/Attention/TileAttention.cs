using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Grpo.Engines.Onnx.Vectors;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// Attention of one tile of tokens for one key head: softmax(q · kᵀ) · v with an online softmax over chunks of the cache (arXiv:2112.05682,
/// arXiv:2205.14135). Chunks that all tokens share are read once, for the queries of all of them; then every sequence reads its own.
/// </summary>
/// <remarks>
/// A row is one token's query of one head. Its chunks begin at multiples of the chunk size and come in ascending order, and within a chunk
/// every sum has a fixed order, so a row's bits depend on its own sequence alone.
/// </remarks>
internal static unsafe class TileAttention<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int Chunk = AttentionShape.ChunkTokens;
    private const int Alignment = 64;

    private const int MostRowsTogether = 4;

    /// <summary>Rows that go through a chunk together: each keeps four registers of sums and one of its factor, and one holds values of the cache.</summary>
    private static int RowsTogether => Math.Min(MostRowsTogether, (TLanes.Registers - 1) / 5);

    /// <summary>Values of scratch memory per row: query and sum of values, largest score, sum of weights and position.</summary>
    private static int RowFloats(in AttentionShape shape) => (2 * shape.PaddedHeadSize) + 3;

    /// <summary>Computes the outputs of a tile.</summary>
    /// <param name="tensors">The call.</param>
    /// <param name="tile">The tokens.</param>
    /// <param name="head">The key head.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(AttentionTensors* tensors, AttentionTile* tile, int head)
    {
        ref readonly var shape = ref tensors->Shape;
        var rows = tile->Count * shape.HeadsPerKv;
        var scratch = stackalloc float[(rows * RowFloats(shape)) + (RowsTogether * Chunk) + (Alignment / sizeof(float))];
        var aligned = (float*)(((nint)scratch + Alignment - 1) & -Alignment);
        var state = new State
        {
            Tensors = tensors,
            Tokens = tensors->Batch->Tokens + tile->First,
            Head = head,
            Scores = aligned,
            Queries = aligned + (RowsTogether * Chunk),
        };
        state.Sums = state.Queries + (rows * shape.PaddedHeadSize);
        state.Largest = state.Sums + (rows * shape.PaddedHeadSize);
        state.Weights = state.Largest + rows;
        state.Positions = (int*)(state.Weights + rows);
        Begin(&state, tile);
        for (var chunk = 0; chunk < tile->SharedChunks; chunk++)
        {
            Attend(&state, chunk, 0, tile->Count);
        }

        for (var first = 0; first < tile->Count;)
        {
            var last = first;
            while (last + 1 < tile->Count && state.Tokens[last + 1].Sequence == state.Tokens[first].Sequence)
            {
                last++;
            }

            for (var chunk = tile->SharedChunks; chunk <= state.Tokens[last].Position / Chunk; chunk++)
            {
                Attend(&state, chunk, first, last + 1);
            }

            first = last + 1;
        }

        Finish(&state, tile);
    }

    // Rotated and scaled queries; empty sums. A sink is a score whose value is zero: it only adds to the sum of weights.
    private static void Begin(State* state, AttentionTile* tile)
    {
        var tensors = state->Tensors;
        ref readonly var shape = ref tensors->Shape;
        var (size, padded, perKv) = (shape.HeadSize, shape.PaddedHeadSize, shape.HeadsPerKv);
        for (var row = 0; row < tile->Count * perKv; row++)
        {
            var (token, head) = (row / perKv, (state->Head * perKv) + (row % perKv));
            state->Positions[row] = state->Tokens[token].Position;
            var source = tensors->Query + ((long)(tile->First + token) * tensors->QueryStride) + (head * size);
            var query = state->Queries + (row * padded);
            if (tensors->Cos is not null)
            {
                var angles = (long)state->Tokens[token].Position * tensors->RotaryHalf;
                Rotary.Rotate<TLanes, TVector>(source, query, size, tensors->Cos + angles, tensors->Sin + angles, tensors->RotaryHalf, shape.RotaryInterleaved);
                source = query;
            }

            TensorPrimitives.Multiply(new ReadOnlySpan<float>(source, size), shape.Scale, new Span<float>(query, size));
            new Span<float>(state->Sums + (row * padded), padded).Clear();
            var hasSink = tensors->Sinks is not null || shape.SmoothSoftmax;
            state->Largest[row] = tensors->Sinks is not null ? tensors->Sinks[head] : hasSink ? 0 : float.NegativeInfinity;
            state->Weights[row] = hasSink ? 1 : 0;
        }
    }

    // One chunk of the cache for some of the tile's tokens, which all have it in the same blocks.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Attend(State* state, int chunk, int firstToken, int endToken)
    {
        ref readonly var shape = ref state->Tensors->Shape;
        var perKv = shape.HeadsPerKv;
        var offset = state->Tensors->LayerOffset + (state->Head * shape.HeadBlockFloats);
        var blocks = state->Tokens[firstToken].Blocks + (chunk * AttentionShape.ChunkBlocks);
        var end = endToken * perKv;
        for (var row = firstToken * perKv; row < end;)
        {
            var rows = Math.Min(RowsTogether, end - row);
            var (tokens, needed) = (0, false);
            for (var r = row; r < row + rows; r++)
            {
                var (from, to) = Visible(shape, state->Positions[r], chunk);
                tokens = Math.Max(tokens, to);
                needed |= to > from;
            }

            if (needed)
            {
                Score(state, blocks, offset, row, rows, tokens);
                Weigh(state, row, rows, chunk, tokens);
                AddValues(state, blocks, offset, row, rows, tokens);
            }

            row += rows;
        }
    }

    // The tokens of a chunk that a query at a position may see.
    private static (int From, int To) Visible(in AttentionShape shape, int position, int chunk)
    {
        var past = position + 1 - (chunk * Chunk);
        return (shape.Window > 0 ? Math.Max(0, past - shape.Window) : 0, Math.Min(Chunk, past));
    }

    // A full set of strips at a time: those beyond the chunk's last token are its last strip once more, and not looked at.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score(State* state, float** blocks, long offset, int row, int rows, int tokens)
    {
        ref readonly var shape = ref state->Tensors->Shape;
        var (w, last) = (TLanes.Width, (tokens - 1) / TLanes.Width);
        var stripsPerBlock = AttentionShape.BlockTokens / w;
        var queries = state->Queries + (row * shape.PaddedHeadSize);
        var addresses = stackalloc float*[RowProduct<TLanes, TVector>.Strips];
        for (var first = 0; first <= last; first += RowProduct<TLanes, TVector>.Strips)
        {
            for (var i = 0; i < RowProduct<TLanes, TVector>.Strips; i++)
            {
                var strip = Math.Min(first + i, last);
                addresses[i] = blocks[strip / stripsPerBlock] + offset + (strip % stripsPerBlock * w);
            }

            RowProduct<TLanes, TVector>.Four(
                rows, queries, shape.PaddedHeadSize, addresses, AttentionShape.BlockTokens, shape.HeadSize, shape.HeadSize, state->Scores + (first * w), Chunk, add: false);
        }
    }

    // Scores become weights relative to the largest score so far; what was summed before is brought to the same base. Every step is taken for all rows before the next one, since the
    // steps of one row wait for each other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh(State* state, int firstRow, int rows, int chunk, int tokens)
    {
        var (w, size) = (TLanes.Width, state->Tensors->Shape.PaddedHeadSize);
        var padded = (tokens + w - 1) / w * w;
        float* largest = stackalloc float[MostRowsTogether], totals = stackalloc float[MostRowsTogether];
        for (var r = 0; r < rows; r++)
        {
            largest[r] = Largest(state, firstRow + r, state->Scores + (r * Chunk), chunk, padded);
        }

        for (var r = 0; r < rows; r++)
        {
            // Nothing seen so far: all scores are -∞, and so all weights 0.
            var scores = state->Scores + (r * Chunk);
            var total = TLanes.Zero;
            var shift = TLanes.Broadcast(float.IsNegativeInfinity(largest[r]) ? 0 : largest[r]);
            for (var i = 0; i < padded; i += w)
            {
                var weights = Exponential<TLanes, TVector>.Of(TLanes.Subtract(TLanes.Load(scores + i), shift));
                TLanes.Store(weights, scores + i);
                total = TLanes.Add(total, weights);
            }

            totals[r] = TLanes.Sum(total);
        }

        for (var r = 0; r < rows; r++)
        {
            var row = firstRow + r;
            if (largest[r] > state->Largest[row])
            {
                var factor = MathF.Exp(state->Largest[row] - largest[r]);
                var scale = TLanes.Broadcast(factor);
                var sums = state->Sums + (row * size);
                for (var i = 0; i < size; i += w)
                {
                    TLanes.Store(TLanes.Multiply(TLanes.Load(sums + i), scale), sums + i);
                }

                state->Weights[row] *= factor;
                state->Largest[row] = largest[r];
            }

            state->Weights[row] += totals[r];
        }
    }

    // The largest score of a row so far, with those of a chunk; what it must not see is -∞ from now on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(State* state, int row, float* scores, int chunk, int padded)
    {
        ref readonly var shape = ref state->Tensors->Shape;
        var (from, to) = Visible(shape, state->Positions[row], chunk);
        if (from > 0 || to < padded)
        {
            (from, to) = (Math.Min(from, padded), Math.Clamp(to, 0, padded));
            new Span<float>(scores, from).Fill(float.NegativeInfinity);
            new Span<float>(scores + to, padded - to).Fill(float.NegativeInfinity);
        }

        if (shape.SoftCap > 0 && to > from)
        {
            CapSoftly(new Span<float>(scores + from, to - from), shape.SoftCap);
        }

        var peak = TLanes.Load(scores);
        for (var i = TLanes.Width; i < padded; i += TLanes.Width)
        {
            peak = TLanes.Max(peak, TLanes.Load(scores + i));
        }

        return MathF.Max(state->Largest[row], TLanes.Largest(peak));
    }

    private static void CapSoftly(Span<float> scores, float cap)
    {
        TensorPrimitives.Divide(scores, cap, scores);
        TensorPrimitives.Tanh(scores, scores);
        TensorPrimitives.Multiply(scores, cap, scores);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValues(State* state, float** blocks, long offset, int row, int rows, int tokens)
    {
        ref readonly var shape = ref state->Tensors->Shape;
        var (w, padded) = (TLanes.Width, shape.PaddedHeadSize);
        var sums = state->Sums + (row * padded);
        var values = stackalloc float*[AttentionShape.ChunkBlocks * RowProduct<TLanes, TVector>.Strips];
        for (var column = 0; column < padded;)
        {
            var strips = column + (RowProduct<TLanes, TVector>.Strips * w) <= padded ? RowProduct<TLanes, TVector>.Strips : 1;
            for (var block = 0; block * AttentionShape.BlockTokens < tokens; block++)
            {
                for (var strip = 0; strip < strips; strip++)
                {
                    values[(block * strips) + strip] = blocks[block] + offset + (padded * AttentionShape.BlockTokens) + column + (strip * w);
                }
            }

            if (strips == 1)
            {
                RowProduct<TLanes, TVector>.One(rows, state->Scores, Chunk, values, padded, tokens, AttentionShape.BlockTokens, sums + column, padded, add: true);
            }
            else
            {
                RowProduct<TLanes, TVector>.Four(rows, state->Scores, Chunk, values, padded, tokens, AttentionShape.BlockTokens, sums + column, padded, add: true);
            }

            column += strips * w;
        }
    }

    private static void Finish(State* state, AttentionTile* tile)
    {
        var tensors = state->Tensors;
        ref readonly var shape = ref tensors->Shape;
        var perKv = shape.HeadsPerKv;
        for (var row = 0; row < tile->Count * perKv; row++)
        {
            var (token, head) = (row / perKv, (state->Head * perKv) + (row % perKv));
            var output = tensors->Output + ((((long)tile->First + token) * shape.Heads) + head) * shape.HeadSize;
            var sums = state->Sums + (row * shape.PaddedHeadSize);
            var inverse = 1 / state->Weights[row];
            TensorPrimitives.Multiply(new ReadOnlySpan<float>(sums, shape.HeadSize), inverse, new Span<float>(output, shape.HeadSize));
        }
    }

    private struct State
    {
        public AttentionTensors* Tensors;
        public AttentionToken* Tokens;
        public int Head;
        public float* Scores;
        public float* Queries;
        public float* Sums;
        public float* Largest;
        public float* Weights;
        public int* Positions;
    }
}
