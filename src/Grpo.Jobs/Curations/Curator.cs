using System.Security.Cryptography;
using System.Text;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Curations;

/// <summary>What became of the samples of one prompt.</summary>
/// <param name="Kept">The samples kept, best first.</param>
/// <param name="Drops">The others, each with the reason.</param>
internal sealed record Selection(IReadOnlyList<SampleResult> Kept, IReadOnlyList<(SampleResult Sample, string Reason)> Drops);

/// <summary>Chooses samples prompt by prompt, in the order of the prompts. It remembers 16 bytes for every sample kept, to know duplicates again, and nothing else.</summary>
internal sealed class Curator(KeepRules keep)
{
    private readonly HashSet<UInt128> _seen = [];
    private readonly bool _duplicates = keep.Filters.Contains(CurationFilter.Duplicates);

    /// <summary>Chooses among the samples of the next prompt.</summary>
    /// <param name="group">Its samples.</param>
    /// <param name="language">The language expected, from the reference; null when it does not say.</param>
    public Selection Choose(IReadOnlyList<SampleResult> group, string? language)
    {
        var drops = new List<(SampleResult, string)>();
        var passed = new List<SampleResult>();
        var threshold = keep.MinReward ?? 1;
        List<SampleResult> drawn = [.. group.Where(sample => sample.Error is null)];
        var rate = drawn.Count == 0 ? 0 : (double)drawn.Count(sample => sample.Reward >= threshold) / drawn.Count;
        var inBand = !(rate < keep.MinPassRate) && !(rate > keep.MaxPassRate);
        foreach (var sample in group)
        {
            var reason = sample.Error is not null ? "errored"
                : CompletionFilters.Reject(keep, sample.Completion, sample.FinishReason, language)
                ?? (!inBand ? "pass_rate" : keep.MinReward is { } least && !(sample.Reward >= least) ? sample.Reward is null ? "unscored" : "min_reward" : null);
            if (reason is null) passed.Add(sample);
            else drops.Add((sample, reason));
        }

        List<SampleResult> ranked = [.. passed.OrderByDescending(sample => sample.Reward ?? double.NegativeInfinity).ThenBy(sample => sample.TokenCount).ThenBy(sample => sample.SampleIndex)];
        List<SampleResult> different = _duplicates ? Different(ranked, group[0].Prompt ?? "", drops) : ranked;
        return new Selection(Limit(different, drops), drops);
    }

    private List<SampleResult> Limit(List<SampleResult> ranked, List<(SampleResult, string)> drops)
    {
        var best = keep.BestOf ?? int.MaxValue;
        var most = keep.MaxPerPrompt ?? int.MaxValue;
        var kept = new List<SampleResult>();
        foreach (var (rank, sample) in ranked.Index())
        {
            if (rank >= best) drops.Add((sample, "best_of"));
            else if (kept.Count >= most) drops.Add((sample, "max_per_prompt"));
            else kept.Add(sample);
        }

        return kept;
    }

    private List<SampleResult> Different(List<SampleResult> ranked, string prompt, List<(SampleResult, string)> drops)
    {
        var kept = new List<SampleResult>();
        var grams = new List<IReadOnlySet<string>>();
        var start = CompletionFilters.Normalise(prompt);
        foreach (var sample in ranked)
        {
            var text = CompletionFilters.Normalise(sample.Completion);
            if (!_seen.Add(Hash($"{start}\n{text}")))
            {
                drops.Add((sample, "duplicates"));
                continue;
            }

            var mine = CompletionFilters.Grams(text);
            if (grams.Exists(other => CompletionFilters.Overlap(mine, other) >= keep.MaxOverlap))
            {
                drops.Add((sample, "near_duplicates"));
                continue;
            }

            grams.Add(mine);
            kept.Add(sample);
        }

        return kept;
    }

    private static UInt128 Hash(string text) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
