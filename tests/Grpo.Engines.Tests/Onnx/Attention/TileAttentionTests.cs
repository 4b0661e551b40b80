using Grpo.Engines.Onnx.Attention;

namespace Grpo.Engines.Tests.Onnx.Attention;

public sealed class TileAttentionTests
{
    private static readonly AttentionShape Plain = new() { Heads = 4, KvHeads = 2, HeadSize = 32, Scale = 0.18f };

    private static readonly Dictionary<string, (AttentionShape Shape, int? Half, float[]? Sinks)> Shapes = new()
    {
        ["plain"] = (Plain, null, null),
        ["rotary"] = (Plain with { Rotary = true }, null, null),
        ["rotary interleaved"] = (Plain with { Rotary = true, RotaryInterleaved = true }, null, null),
        ["rotary partial"] = (Plain with { Rotary = true }, 5, null),
        ["nine heads of 64"] = (new AttentionShape { Heads = 9, KvHeads = 3, HeadSize = 64, Scale = 0.125f, Rotary = true }, null, null),
        ["one key head, 128"] = (new AttentionShape { Heads = 8, KvHeads = 1, HeadSize = 128, Scale = 0.09f, Rotary = true }, null, null),
        ["odd head size"] = (new AttentionShape { Heads = 3, KvHeads = 3, HeadSize = 20, Scale = 0.2f, Rotary = true }, null, null),
        ["head of 80"] = (new AttentionShape { Heads = 2, KvHeads = 1, HeadSize = 80, Scale = 0.1f }, null, null),
        ["window"] = (Plain with { Window = 70, Rotary = true }, null, null),
        ["short window"] = (Plain with { Window = 3 }, null, null),
        ["soft cap"] = (Plain with { SoftCap = 1.5f }, null, null),
        ["smooth softmax"] = (Plain with { SmoothSoftmax = true }, null, null),
        ["sinks"] = (Plain, null, [0.5f, -1, 3, 0]),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var set in AttentionRig.Supported)
            {
                foreach (var shape in Shapes.Keys)
                {
                    data.Add(set, shape);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_group_and_others_get_what_the_slow_reference_computes(string instructionSet, string name)
    {
        var (shape, half, sinks) = Shapes[name];
        using var rig = new AttentionRig(shape, rotaryHalf: half, sinks: sinks);
        using var prompt = rig.NewSequence(150);
        using var other = rig.NewSequence(300);
        (CachedSequence, int)[] prefill = [(prompt, 150), (other, 37)];
        rig.AssertEqualsReference(prefill, rig.Step(instructionSet, prefill));

        var members = Enumerable.Range(0, 11).Select(_ => prompt.Fork(400)).ToList();
        for (var step = 0; step < 3; step++)
        {
            // Decode steps of a group, a further prefill chunk of another sequence between them, in one pass.
            (CachedSequence, int)[] parts = [.. members.Take(6).Select(member => (member, 1)), (other, 20 + step), .. members.Skip(6).Select(member => (member, 1))];
            rig.AssertEqualsReference(parts, rig.Step(instructionSet, parts));
        }

        members.ForEach(member => member.Dispose());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_has_the_same_bits_in_whatever_company_and_however_its_prompt_was_split(string instructionSet, string name)
    {
        var (shape, half, sinks) = Shapes[name];
        using var rig = new AttentionRig(shape, rotaryHalf: half, sinks: sinks);
        (float[], float[], float[])[] tokens = [.. Enumerable.Range(0, 205).Select(_ => (rig.RandomVector(shape.Heads), rig.RandomVector(shape.KvHeads), rig.RandomVector(shape.KvHeads)))];
        using var whole = rig.NewSequence(300);
        var expected = rig.Step(instructionSet, [(whole, 205)], tokens).Select(row => row.Output).ToList();

        using var alone = rig.NewSequence(300);
        var actual = new List<float[]>();
        foreach (var count in (int[])[1, 70, 1, 16, 47, 60, 1, 1, 8])
        {
            actual.AddRange(rig.Step(instructionSet, [(alone, count)], tokens[actual.Count..(actual.Count + count)]).Select(row => row.Output));
        }

        Assert.Equal(expected, actual);

        // The last token once more, as one of a group that shares the prompt's blocks, beside a stranger.
        using var prefix = rig.NewSequence(204);
        rig.Step(instructionSet, [(prefix, 204)], tokens[..204]);
        using var stranger = rig.NewSequence(300);
        rig.Step(instructionSet, (stranger, 100));
        var members = Enumerable.Range(0, 9).Select(_ => prefix.Fork(300)).ToList();
        var last = rig.Step(instructionSet, [(stranger, 1), .. members.Select(member => (member, 1))], [tokens[3], .. members.Select(_ => tokens[204])]);

        Assert.All(last.Skip(1), row => Assert.Equal(expected[204], row.Output));
        members.ForEach(member => member.Dispose());
    }

    [Theory]
    [MemberData(nameof(AttentionRig.InstructionSets), MemberType = typeof(AttentionRig))]
    public void Random_arrivals_forks_and_departures_follow_the_slow_reference_and_free_every_block(string instructionSet)
    {
        var shape = Plain with { Rotary = true };
        for (var seed = 0; seed < 5; seed++)
        {
            var random = new Random(seed);
            using var rig = new AttentionRig(shape, seed);
            var sequences = new List<CachedSequence>();
            for (var step = 0; step < 16; step++)
            {
                if (sequences.Count > 0 && random.Next(3) == 0)
                {
                    var leaving = random.Next(sequences.Count);
                    sequences[leaving].Dispose();
                    sequences.RemoveAt(leaving);
                }

                if (sequences.Count > 0 && random.Next(2) == 0)
                {
                    sequences.Insert(random.Next(sequences.Count), sequences[random.Next(sequences.Count)].Fork(600));
                }

                sequences.Insert(random.Next(sequences.Count + 1), rig.NewSequence(600));
                (CachedSequence Sequence, int Count)[] parts =
                    [.. sequences.Select(sequence => (sequence, sequence.Table.Length == 0 || random.Next(8) == 0 ? random.Next(1, 90) : 1)).Where(part => part.sequence.Table.Length + part.Item2 <= 600)];
                rig.AssertEqualsReference(parts, rig.Step(instructionSet, parts));
                Assert.Equal(sequences.SelectMany(sequence => sequence.Table.Blocks.ToArray()).Distinct().Count(), rig.Blocks.InUse);
            }

            sequences.ForEach(sequence => sequence.Dispose());
            Assert.Equal(0, rig.Blocks.InUse);
        }
    }
}
