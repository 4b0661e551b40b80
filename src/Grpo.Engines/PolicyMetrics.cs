using System.Diagnostics.Metrics;
using Grpo.Engines.Onnx.Scheduling;
using Grpo.Rollouts;

namespace Grpo.Engines;

/// <summary>The loaded policies as instruments that are read when somebody asks: they cost the decode loop nothing.</summary>
public sealed class PolicyMetrics : IDisposable
{
    private readonly PolicyCatalog _policies;
    private readonly Meter _meter = new(EngineMeter.Name);

    /// <summary>Makes the instruments.</summary>
    /// <param name="policies">Whose.</param>
    public PolicyMetrics(PolicyCatalog policies)
    {
        _policies = policies;
        Gauge("active_sequences", "{sequence}", "Sequences decoded together: the batch.", policy => policy.Load.ActiveSequences);
        Gauge("queued_sequences", "{sequence}", "Sequences that wait for their turn.", policy => policy.Load.QueuedSequences);
        Gauge("max_sequences", "{sequence}", "The most sequences decoded together.", policy => policy.Info.MaxSequences);
        Gauge("version", "{version}", "The version of the weights that new sequences get.", policy => policy.Info.Version);
        Gauge("versions", "{version}", "Versions of the weights that can be asked for.", policy => policy is IVersionedPolicy versioned ? versioned.Versions.Count : 1);
        Gauge("waiting_requests", "{request}", "Requests with sequences that wait for their turn.", measured => measured.WaitingRequests);
        Gauge("kv_cache.usage", "By", "Key-value cache in use.", measured => measured.KvCacheBytes);
        Gauge("kv_cache.limit", "By", "Key-value cache that sequences may use.", measured => measured.KvCacheLimitBytes);
        Counter("sampled_tokens", "{token}", "Tokens sampled.", totals => totals.SampledTokens);
        Counter("scored_tokens", "{token}", "Given tokens scored.", totals => totals.ScoredTokens);
        Counter("prompt_tokens", "{token}", "Prompt tokens read.", totals => totals.PrefillTokens);
        Counter("reused_prompts", "{prompt}", "Groups whose prompt had been read before.", totals => totals.ReusedPrompts);
        Counter("reused_prompt_tokens", "{token}", "Prompt tokens that were not read, because they had been before.", totals => totals.ReusedTokens);
        Counter("decode_steps", "{step}", "Decode steps: forward passes that give every sequence of the batch a token.", totals => totals.Steps);
        Counter("prefill_time", "s", "Time spent reading prompts.", totals => totals.PrefillTime.TotalSeconds);
        Counter("decode_time", "s", "Time spent in decode steps.", totals => totals.DecodeTime.TotalSeconds);
        Counter("forward_time", "s", "Time of decode steps spent in the runtime's forward pass.", totals => totals.ForwardTime.TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string unit, string description, Func<IPolicy, long> value) =>
        _meter.CreateObservableGauge("grpo.policy." + name, () => Of<IPolicy, long>(value), unit, description);

    private void Gauge(string name, string unit, string description, Func<PolicyMeasurements, long> value) =>
        _meter.CreateObservableGauge("grpo.policy." + name, () => Of<IMeasuredPolicy, long>(policy => value(policy.Measure())), unit, description);

    private void Counter(string name, string unit, string description, Func<DecodeTotals, long> value) =>
        _meter.CreateObservableCounter("grpo.policy." + name, () => Of<IMeasuredPolicy, long>(policy => value(policy.Measure().Totals)), unit, description);

    private void Counter(string name, string unit, string description, Func<DecodeTotals, double> value) =>
        _meter.CreateObservableCounter("grpo.policy." + name, () => Of<IMeasuredPolicy, double>(policy => value(policy.Measure().Totals)), unit, description);

    private IEnumerable<Measurement<T>> Of<TPolicy, T>(Func<TPolicy, T> value)
        where TPolicy : IPolicy
        where T : struct =>
        [.. _policies.List().OfType<TPolicy>().Select(policy => new Measurement<T>(value(policy), new KeyValuePair<string, object?>("policy", policy.Info.Name)))];
}
