using Grpo;
using GrpoApi.Features.Loss.Trainers;
using GrpoApi.Features.Trainers;
using GrpoApi.Http;

namespace GrpoApi.Features.Loss;

/// <summary>Says a trainer's own loss settings in ours.</summary>
internal sealed record LossDialect
{
    /// <summary>The trainer's name in trainer_config.</summary>
    public required string Trainer { get; init; }

    /// <summary>Every parameter it reads, in the trainer's own names.</summary>
    public required IReadOnlyCollection<string> Parameters { get; init; }

    /// <summary>The request in our settings; sequences are rewritten where the trainer reads them in another way.</summary>
    public required Func<TrainerSettings, LossRequest, LossRequest> Translate { get; init; }

    /// <summary>The trainer's own metrics of the result, or null when ours are the trainer's.</summary>
    public Func<LossFigures, IEnumerable<KeyValuePair<string, double>>>? Metrics { get; init; }

    /// <summary>Whether the metrics read the numbers of tokens, which then have to be kept; null: whenever there are metrics.</summary>
    public Func<LossRequest, bool>? ReadsTokens { get; init; }

    /// <summary>What the trainer logs for one sequence.</summary>
    public Func<LossFigures, int, IReadOnlyDictionary<string, double?>>? SequenceMetrics { get; init; }

    /// <summary>Whether the numbers of tokens have to be kept for what the trainer logs about a request in our settings.</summary>
    public bool NeedsTokens(LossRequest canonical) => ReadsTokens?.Invoke(canonical) ?? (Metrics is not null || SequenceMetrics is not null);

    /// <summary>What the trainer adds to the loss as a constant, such as terms of empty sequences.</summary>
    public Func<LossRequest, double>? Constant { get; init; }
}

/// <summary>The dialects by trainer.</summary>
internal static class LossDialects
{
    public static NamedChoices<LossDialect> All { get; } = new(
        "trainer",
        dialect => dialect.Trainer,
        TrlDialect.Loss,
        VerlDialect.Loss,
        OpenRlhfDialect.Loss,
        NemoDialect.Loss,
        SlimeDialect.Loss,
        SkyRlDialect.Loss,
        PrimeRlDialect.Loss,
        ArealDialect.Loss,
        OpenInstructDialect.Loss,
        TinkerDialect.Loss);

    /// <summary>The request in our settings.</summary>
    /// <exception cref="FluentValidation.ValidationException">The trainer or a parameter is not known, or both ways of settings are used at once.</exception>
    public static (LossDialect? Dialect, LossRequest Request) Canonical(LossRequest request)
    {
        if (request.TrainerConfig is not { } config) return (null, request);
        var settings = new TrainerSettings(config);
        if (request.Choices != new LossChoices()) throw RequestValidation.Invalid("trainer_config", "Contradicts the other settings of the loss: give either these or a trainer's.");
        var trainer = settings.Text("trainer");
        if (!All.TryGet(trainer, out var dialect)) throw settings.Invalid("trainer", $"'{trainer}' is not supported. Supported: {All.Listing}.");
        settings.AllowOnly([.. dialect.Parameters, "trainer"]);
        return (dialect, dialect.Translate(settings, request) with { TrainerConfig = null });
    }
}
