using MathNet.Numerics.Distributions;

namespace Grpo.Evaluation;

/// <summary>Quantiles of the distributions that intervals come from.</summary>
internal static class Quantiles
{
    /// <summary>z with P(|Z| &lt;= z) = level under the standard normal distribution.</summary>
    public static double Normal(double level) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (1 + level) / 2);

    /// <summary>t with P(|T| &lt;= t) = level under Student's distribution.</summary>
    public static double Student(double level, int degreesOfFreedom) => StudentT.InvCDF(0, 1, degreesOfFreedom, (1 + level) / 2);
}
