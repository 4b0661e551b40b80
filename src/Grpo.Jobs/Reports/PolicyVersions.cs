using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Reports;

/// <summary>Counts samples by the version of the weights that drew them.</summary>
internal sealed class PolicyVersions
{
    private readonly SortedDictionary<int, long> _samples = [];

    /// <summary>Counts those that were drawn.</summary>
    public void Add(IEnumerable<SampleResult> drawn)
    {
        foreach (var sample in drawn) _samples[sample.PolicyVersion] = _samples.GetValueOrDefault(sample.PolicyVersion) + 1;
    }

    /// <summary>The counts, by version.</summary>
    public IReadOnlyDictionary<string, long> Counts => _samples.ToDictionary(version => version.Key.ToString(), version => version.Value);

    /// <summary>Says that several versions are mixed; nothing when they are not.</summary>
    public IEnumerable<string> Warnings => _samples.Count < 2
        ? []
        : [$"The policy's weights changed in the middle; this mixes {string.Join(", ", _samples.Select(version => $"{version.Value} samples of version {version.Key}"))}."];
}
