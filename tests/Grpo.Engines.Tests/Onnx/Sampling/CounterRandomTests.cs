using Grpo.Engines.Onnx.Sampling;

namespace Grpo.Engines.Tests.Onnx.Sampling;

public class CounterRandomTests
{
    // Known answers of the authors' Random123 library, philox4x32 with 10 rounds.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_authors_known_answers(
        uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x0, uint x1, uint x2, uint x3) =>
        Assert.Equal((x0, x1, x2, x3), CounterRandom.Philox((c0, c1, c2, c3), (k0, k1)));

    [Fact]
    public void A_draw_depends_on_every_part_of_its_key_and_on_nothing_else()
    {
        var draw = CounterRandom.Uniform(7, 1, 2, 3);

        Assert.Equal(draw, CounterRandom.Uniform(7, 1, 2, 3));
        Assert.Equal(6, new HashSet<double>
        {
            draw, CounterRandom.Uniform(8, 1, 2, 3), CounterRandom.Uniform(7, 2, 2, 3), CounterRandom.Uniform(7, 1, 3, 3),
            CounterRandom.Uniform(7, 1, 2, 4), CounterRandom.Uniform(7 + (1L << 32), 1, 2, 3),
        }.Count);
    }

    [Fact]
    public void Draws_are_uniform_in_the_unit_interval()
    {
        const int Draws = 100_000, Bins = 100;
        var counts = new int[Bins];
        for (var i = 0; i < Draws; i++)
        {
            counts[(int)(CounterRandom.Uniform(-1, 0, i % 16, i / 16) * Bins)]++;
        }

        // Chi-square with 99 degrees of freedom: 149 is its 99.9th percentile; the draws are fixed, so this cannot flake.
        var expected = (double)Draws / Bins;
        Assert.InRange(counts.Sum(count => (count - expected) * (count - expected) / expected), 50, 149);
    }
}
