using Grpo.Evaluation;

namespace Grpo.Tests.Evaluation;

/// <summary>The generator of the bootstrap.</summary>
public class SplitMix64Tests
{
    [Fact]
    public void Draws_are_the_published_ones()
    {
        // Rosetta Code, "Pseudo-random numbers/Splitmix64": seed 1234567.
        var random = new SplitMix64(1234567);
        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423], (ulong[])[random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void Numbers_below_an_end_come_equally_often()
    {
        var random = new SplitMix64(1);
        var counts = new int[7];
        for (var draw = 0; draw < 70_000; draw++) counts[random.Below(counts.Length)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400)); // 4 standard deviations
    }
}
