using System.Diagnostics.Metrics;

namespace GrpoApi.Features.Loss;

/// <summary>Counts the losses computed.</summary>
internal static class LossMeter
{
    /// <summary>The meter's name, for whoever listens.</summary>
    public const string Name = "Grpo.Losses";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Losses = Meter.CreateCounter<long>("grpo.loss.batches", "{batch}", "Losses computed, a batch each.");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("grpo.loss.tokens", "{token}", "Tokens in the losses computed; masked ones are not counted.");

    /// <summary>Counts a batch.</summary>
    public static void Count(LossRequest request)
    {
        var type = new KeyValuePair<string, object?>("loss_type", request.LossType);
        Losses.Add(1, type);
        Tokens.Add(request.Sequences.Sum(sequence => (long)sequence.TokenCount), type);
    }
}
