namespace Grpo.Advantages.TokenEstimators;

/// <summary>The step that the token-level estimators end with: mean 0 and variance 1 over all tokens of the batch.</summary>
public static class Whitening
{
    /// <summary>verl's constant beside the variance and beside the number of tokens; the numbers are verl's to the last digit.</summary>
    private const double Epsilon = 1e-8;

    /// <summary>
    /// (x - mean) / sqrt(var + 1e-8) with the sample variance, over the tokens in the mask; 0 under a 0 of the mask. Equal values, and a single one, have no
    /// variance: they become 0, where verl raises for the single one.
    /// </summary>
    /// <param name="values">Shape (N)(T).</param>
    /// <param name="completions">Whose tokens they belong to.</param>
    /// <param name="variance">Which variance.</param>
    public static double[][] Whiten(double[][] values, IReadOnlyList<TokenRewards> completions, WhiteningVariance variance = WhiteningVariance.Sample)
    {
        if (variance == WhiteningVariance.None) return [.. values.Select((row, index) => row.Select((value, t) => completions[index].Includes(t) ? value : 0).ToArray())];
        var tokens = values.SelectMany((row, index) => row.Where((_, t) => completions[index].Includes(t))).ToArray();
        if (!(RewardStatistics.Of(tokens, ddof: 1).Std > 0)) return [.. values.Select(row => new double[row.Length])];

        if (variance == WhiteningVariance.Population)
        {
            var centre = tokens.Average();
            var spread = Math.Sqrt(Math.Max(tokens.Average(token => (token - centre) * (token - centre)), Epsilon));
            return [.. values.Select((row, index) => row.Select((value, t) => completions[index].Includes(t) ? (value - centre) / spread : 0).ToArray())];
        }

        var mean = tokens.Sum() / (tokens.Length + Epsilon);
        var population = tokens.Sum(token => (token - mean) * (token - mean)) / (tokens.Length + Epsilon);
        var scale = Math.Sqrt((population * tokens.Length / (tokens.Length - 1)) + Epsilon);
        return [.. values.Select((row, index) => row.Select((value, t) => completions[index].Includes(t) ? (value - mean) / scale : 0).ToArray())];
    }
}
