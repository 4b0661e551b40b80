using Grpo.Losses;
using GrpoApi.Features.Loss.Trainers;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;

namespace GrpoApi.Features.Kl;

/// <summary>Says a trainer's own divergence settings in ours.</summary>
internal static class KlDialects
{
    private static readonly Dictionary<string, (string[] Parameters, Func<TrainerSettings, KlRequest, KlRequest> Translate)> All = new()
    {
        ["trl"] = (["beta", "use_bias_correction_kl"], (settings, request) => request with { UseBiasCorrectionKl = settings.Flag("use_bias_correction_kl") }),
        ["verl"] = (["kl_penalty", "controller", "init_kl_coef", "target_kl", "horizon"], Verl),
        ["openrlhf"] = (["kl_estimator", "clamp"], (settings, request) =>
            request with { Estimator = settings.Choice("kl_estimator", "k1", "k1", "k2", "k3"), OutputClamp = settings.Number("clamp", 10) }),
        ["nemo_rl"] = (["kl_type", "input_clamp", "output_clamp", "score_function_weight"], (settings, request) => request with
        {
            Estimator = settings.Choice("kl_type", "k3", "k1", "k2", "k3"),
            InputClamp = settings.Number("input_clamp"),
            OutputClamp = settings.Number("output_clamp"),
            Weight = settings.Flag("score_function_weight") ? KlWeight.ScoreFunction : KlWeight.None,
        }),
        ["slime"] = (["kl_loss_type", "use_unbiased_kl"], Slime),
        ["skyrl"] = (["kl_estimator_type"], (settings, request) => K3Clamped(request, settings.Choice("kl_estimator_type", "k3", "k1", "k2", "k3", "abs"))),
        ["areal"] = (["kl_estimator", "apply_clamp"], (settings, request) => request with
        {
            Estimator = settings.Choice("kl_estimator", "k1", "k1", "k2", "k3"),
            OutputClamp = settings.Flag("apply_clamp", fallback: true) ? 10 : null,
        }),
        ["open_instruct"] = (["kl_estimator"], (settings, request) => request with
        {
            Estimator = settings.Number("kl_estimator", 2) switch { 0 => "k1", 1 => "k2", 2 => "k3", 3 => "k4", _ => throw settings.Invalid("kl_estimator", "Must be 0, 1, 2 or 3.") },
            InputClamp = 40,
        }),
    };

    /// <summary>The request in our settings.</summary>
    /// <exception cref="FluentValidation.ValidationException">The trainer or a parameter is not known, or both ways of settings are used at once.</exception>
    public static KlRequest Canonical(KlRequest request)
    {
        if (request.TrainerConfig is not { } config) return request;
        var settings = new TrainerSettings(config);
        if (request.Choices != new KlChoices()) throw RequestValidation.Invalid("trainer_config", "Contradicts the other settings: give either these or a trainer's.");
        if (!All.TryGetValue(settings.Text("trainer") ?? "", out var dialect)) throw settings.Invalid("trainer", $"Supported: {string.Join(", ", All.Keys)}.");
        settings.AllowOnly([.. dialect.Parameters, "trainer"]);
        return dialect.Translate(settings, request) with { TrainerConfig = null };
    }

    /// <summary>The settings of an adaptive controller, or null.</summary>
    public static TrainerSettings? Controller(KlRequest request) =>
        request.TrainerConfig is { } config && new TrainerSettings(config) is var settings && settings.Has("controller") ? settings : null;

    private static KlRequest Verl(TrainerSettings settings, KlRequest request)
    {
        if (settings.Has("controller")) settings.Choice("controller", "adaptive", "adaptive");
        var kl = VerlKl.Of(settings, settings.Text("kl_penalty") ?? "kl", "kl_penalty");
        return request with { Estimator = kl.Estimator, InputClamp = kl.InputClamp, OutputClamp = kl.OutputClamp, StraightThrough = kl.StraightThrough };
    }

    private static KlRequest Slime(TrainerSettings settings, KlRequest request)
    {
        var type = settings.Choice("kl_loss_type", "k1", "k1", "k2", "k3", "low_var_kl");
        return request with
        {
            Estimator = type == "low_var_kl" ? "k3" : type,
            OutputClamp = type == "low_var_kl" ? 10 : null,
            ClampAfterWeight = type == "low_var_kl",
            UseBiasCorrectionKl = settings.Flag("use_unbiased_kl"),
        };
    }

    private static KlRequest K3Clamped(KlRequest request, string estimator) =>
        request with { Estimator = estimator, InputClamp = estimator == "k3" ? 20 : null, OutputClamp = estimator == "k3" ? 10 : null };
}
