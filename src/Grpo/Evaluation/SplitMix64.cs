namespace Grpo.Evaluation;

/// <summary>
/// A generator of 64-bit numbers for millions of draws: the platform's generators are either without a seed or less than half as fast.
/// Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", with the constants of Stafford's mixer 13.
/// </summary>
/// <param name="seed">Determines the draws.</param>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, <paramref name="end"/>): the upper half of a product, off uniform by less than end / 2^64.</summary>
    public int Below(int end) => (int)Math.BigMul(Next(), (ulong)end, out _);
}
