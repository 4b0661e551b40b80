namespace GrpoApi.Features.Kl;

/// <summary>Raises the coefficient of a divergence above its target and lowers it below. Source: arXiv:1909.08593, as in verl's AdaptiveKLController.</summary>
internal static class AdaptiveKl
{
    /// <summary>coefficient *= 1 + clip(kl / target - 1, -0.2, 0.2) steps / horizon, update after update.</summary>
    public static double[] Coefficients(double initial, double target, double horizon, double[] kl, double[] steps)
    {
        var coefficient = initial;
        return [.. kl.Zip(steps, (current, count) => coefficient *= 1 + (Math.Clamp((current / target) - 1, -0.2, 0.2) * count / horizon))];
    }
}
