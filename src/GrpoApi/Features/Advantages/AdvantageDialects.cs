using Grpo;
using GrpoApi.Features.Advantages.Trainers;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;

namespace GrpoApi.Features.Advantages;

/// <summary>Says a trainer's own advantage settings in ours.</summary>
/// <param name="Trainer">The trainer's name in trainer_config.</param>
/// <param name="Parameters">Every parameter it reads, in the trainer's own names.</param>
/// <param name="Translate">The request in our settings; rewards are rewritten where the trainer shapes them.</param>
internal sealed record AdvantageDialect(string Trainer, string[] Parameters, Func<TrainerSettings, AdvantagesRequest, AdvantagesRequest> Translate);

/// <summary>The dialects by trainer.</summary>
internal static class AdvantageDialects
{
    public static NamedChoices<AdvantageDialect> All { get; } = new(
        "trainer",
        dialect => dialect.Trainer,
        TrlAdvantages.Dialect,
        VerlAdvantages.Dialect,
        OpenRlhfAdvantages.Dialect,
        NemoAdvantages.Dialect,
        PrimeRlAdvantages.Dialect,
        SmallDialects.SkyRl,
        SmallDialects.Slime,
        SmallDialects.Areal,
        SmallDialects.OpenInstruct,
        SmallDialects.Tinker);

    /// <summary>The request in our settings and in groups.</summary>
    /// <exception cref="FluentValidation.ValidationException">The trainer or a parameter is not known, or both ways of settings are used at once.</exception>
    public static AdvantagesRequest Canonical(AdvantagesRequest request)
    {
        if (request.TrainerConfig is { } config) request = Translate(new(config), request);
        return request.IsFlat ? FlatGroups.Group(request) : request;
    }

    private static AdvantagesRequest Translate(TrainerSettings settings, AdvantagesRequest request)
    {
        if (request.Choices != new AdvantageChoices()) throw RequestValidation.Invalid("trainer_config", "Contradicts the other settings: give either these or a trainer's.");
        var trainer = settings.Text("trainer");
        if (!All.TryGet(trainer, out var dialect)) throw settings.Invalid("trainer", $"'{trainer}' is not supported. Supported: {All.Listing}.");
        settings.AllowOnly([.. dialect.Parameters, .. RewardShaping.Parameters, "trainer"]);
        return dialect.Translate(settings, RewardShaping.Apply(settings, request));
    }
}
