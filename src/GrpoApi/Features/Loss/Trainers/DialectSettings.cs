using Grpo.Losses;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>What several dialects say in the same way.</summary>
internal static class DialectSettings
{
    /// <summary>The bound of log ratios in verl, OpenRLHF and SkyRL.</summary>
    public const double LogRatioBound = 20;

    /// <summary>No bound of a weight, where null would be TRL's.</summary>
    public const double Unbounded = 1e300;

    /// <summary>verl's and OpenRLHF's mean over sequences: 1e-8 beside the token counts, empty sequences left out.</summary>
    public static NormalizerCounts MeanOverSequences { get; } = new() { TokenEpsilon = 1e-8, EmptyRows = EmptyRows.Skip };

    /// <summary>The sequences anchored on what the sampler reported instead of the old policy.</summary>
    public static IReadOnlyList<SequenceLogprobs> AnchoredOnRollout(LossRequest request) =>
        [.. request.Sequences.Select(sequence => sequence with { OldLogprobs = sequence.RolloutLogprobs ?? sequence.OldLogprobs })];

    /// <summary>Truncate or mask token weights, or mask by the geometric mean, by the names of OpenRLHF and NeMo-RL.</summary>
    public static string CorrectionMode(string name) => name switch
    {
        "icepop" => "token_mask",
        "seq-mask-tis" => "seq_mask_tis",
        _ => "token_truncate",
    };
}
