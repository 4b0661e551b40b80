namespace Grpo.Engines.Onnx.Sampling;

/// <summary>
/// Counter-based random numbers, Philox4x32-10: a pure function of key and counter, so a draw never depends on what was drawn before it
/// or on what else runs. Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 3.3.
/// </summary>
internal static class CounterRandom
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>A uniform draw in [0, 1) with 53 random bits.</summary>
    /// <param name="seed">The request's seed.</param>
    /// <param name="promptIndex">Position of the prompt in the request.</param>
    /// <param name="completionIndex">Position of the completion in its group.</param>
    /// <param name="position">Position of the token in the completion.</param>
    public static double Uniform(long seed, int promptIndex, int completionIndex, int position)
    {
        var (x0, x1, _, _) = Philox(
            ((uint)position, (uint)completionIndex, (uint)promptIndex, 0), ((uint)seed, (uint)((ulong)seed >> 32)));
        return ((((ulong)x1 << 32) | x0) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Ten rounds of Philox4x32.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Philox((uint C0, uint C1, uint C2, uint C3) counter, (uint K0, uint K1) key)
    {
        var (c0, c1, c2, c3) = counter;
        var (k0, k1) = key;
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }
}
