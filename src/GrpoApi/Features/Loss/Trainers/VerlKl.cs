using GrpoApi.Features.Trainers;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>A divergence by verl's name: k1 = kl, abs, k2 = mse, k3 = low_var_kl, each with + for the straight-through gradient.</summary>
internal sealed record VerlKl(string Estimator, double? InputClamp, double? OutputClamp, bool StraightThrough)
{
    /// <summary>k3 is clamped on both sides, the others are not.</summary>
    public static VerlKl Of(TrainerSettings settings, string name, string parameter)
    {
        var estimator = name.TrimEnd('+') switch
        {
            "k1" or "kl" => "k1",
            "abs" => "abs",
            "k2" or "mse" => "k2",
            "k3" or "low_var_kl" => "k3",
            _ => throw settings.Invalid(parameter, $"'{name}' is not supported. Supported: k1, kl, abs, k2, mse, k3, low_var_kl, each also with +."),
        };
        var k3 = estimator == "k3";
        return new(estimator, k3 ? 20 : null, k3 ? 10 : null, name.EndsWith('+'));
    }
}
