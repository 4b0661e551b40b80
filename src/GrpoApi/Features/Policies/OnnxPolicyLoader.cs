using Grpo.Engines;
using Grpo.Engines.Onnx;
using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace GrpoApi.Features.Policies;

/// <summary>Loads model folders in Hugging Face layout into ONNX Runtime, on the first of the configured providers that can run them.</summary>
internal sealed partial class OnnxPolicyLoader(TimeProvider time, ILogger<OnnxPolicyLoader> logger) : IPolicyLoader
{
    private const string Cpu = "CPU";

    /// <inheritdoc/>
    public Task<IPolicy> LoadAsync(PolicySource source, CancellationToken cancellationToken)
    {
        var defaults = new OnnxPolicyOptions();
        var options = defaults with
        {
            MaxSequences = source.MaxSequences ?? defaults.MaxSequences,
            KvCacheBytes = source.KvCacheBytes ?? defaults.KvCacheBytes,
            MaxSnapshots = source.MaxSnapshots ?? defaults.MaxSnapshots,
            Decoder = source.Decoder ?? defaults.Decoder,
            Threads = source.Threads ?? defaults.Threads,
            Dtype = source.Dtype,
        };
        var tokenizer = ModelTokenizer.Load(source.Path, time);
        ModelLoadException? refusal = null;
        foreach (var provider in source.Providers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!IsCpu(provider) && !GpuDevices.ArePresent && source.Providers.Any(IsCpu))
            {
                LogSkipped(source.Name, provider, "this machine has no GPU");
                continue;
            }

            try
            {
                var policy = OnnxPolicy.Open(source.Name, source.Path, tokenizer, options with { Provider = provider });
                LogDecoder(source.Name, policy.Decoder, policy.GroupRefusal is { } reason ? $": {reason}" : "");
                return Task.FromResult<IPolicy>(policy);
            }
            catch (ModelLoadException exception)
            {
                refusal = exception;
                LogSkipped(source.Name, provider, exception.Message);
            }
        }

        throw refusal ?? new ModelLoadException("The policy has no providers: name at least one of CPU, CUDA and WebGPU.");
    }

    private static bool IsCpu(string provider) => string.Equals(provider, Cpu, StringComparison.OrdinalIgnoreCase);

    [LoggerMessage(21, LogLevel.Information, "Policy {Name}: decoder {Decoder}{Reason}")]
    private partial void LogDecoder(string name, DecoderKind decoder, string reason);

    [LoggerMessage(20, LogLevel.Information, "Policy {Name}: provider {Provider} skipped: {Reason}")]
    private partial void LogSkipped(string name, string provider, string reason);
}
