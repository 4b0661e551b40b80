using Grpo.Losses.Levels;

namespace Grpo.Losses;

/// <summary>Writes the log of each token's importance ratio.</summary>
/// <param name="sequence">The completion.</param>
/// <param name="options">The settings of the loss.</param>
/// <param name="logRatios">Destination, shape (T); what is written under a 0 of the mask is not read.</param>
public delegate void ComputeLogRatios(in SequenceView sequence, LossOptions options, Span<double> logRatios);

/// <summary>Adds the gradient with respect to the log ratios, pulled back to the logprobs.</summary>
/// <param name="sequence">The completion.</param>
/// <param name="options">The settings of the loss.</param>
/// <param name="gradLogRatios">d loss / d log ratio, shape (T), 0 under a 0 of the mask.</param>
/// <param name="gradLogprobs">d loss / d logprob is added here, shape (T).</param>
public delegate void PullBackGradient(in SequenceView sequence, LossOptions options, ReadOnlySpan<double> gradLogRatios, Span<double> gradLogprobs);

/// <summary>What one importance ratio spans.</summary>
public sealed record ImportanceSamplingLevel
{
    /// <summary>The canonical name.</summary>
    public required string Name { get; init; }

    /// <summary>Forward.</summary>
    public required ComputeLogRatios LogRatios { get; init; }

    /// <summary>Backward.</summary>
    public required PullBackGradient PullBack { get; init; }

    /// <summary>Whether a sequence has one ratio only, so that it counts once in the metrics of ratios.</summary>
    public bool OneRatioPerSequence { get; init; }
}

/// <summary>The levels by name.</summary>
public static class ImportanceSamplingLevels
{
    /// <summary>token, sequence, sequence_token, sequence_product, sequence_clipped.</summary>
    public static NamedChoices<ImportanceSamplingLevel> All { get; } = new(
        "importance sampling level",
        level => level.Name,
        new ImportanceSamplingLevel { Name = "token", LogRatios = TokenLevel.LogRatios, PullBack = TokenLevel.PullBack },
        new ImportanceSamplingLevel { Name = "sequence", LogRatios = SequenceLevel.LogRatios, PullBack = SequenceLevel.PullBack, OneRatioPerSequence = true },
        new ImportanceSamplingLevel { Name = "sequence_token", LogRatios = SequenceTokenLevel.LogRatios, PullBack = SequenceTokenLevel.PullBack },
        new ImportanceSamplingLevel { Name = "sequence_product", LogRatios = SequenceProductLevel.LogRatios, PullBack = SequenceProductLevel.PullBack, OneRatioPerSequence = true },
        new ImportanceSamplingLevel { Name = "sequence_clipped", LogRatios = SequenceClippedLevel.LogRatios, PullBack = SequenceClippedLevel.PullBack, OneRatioPerSequence = true });
}
