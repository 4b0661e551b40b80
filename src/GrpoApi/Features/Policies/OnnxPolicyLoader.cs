using Grpo.Engines;
using Grpo.Engines.Onnx;
using Grpo.Engines.Tokenizers;
using Grpo.Rollouts;

namespace GrpoApi.Features.Policies;

/// <summary>Loads model folders in Hugging Face layout into ONNX Runtime.</summary>
internal sealed partial class OnnxPolicyLoader(TimeProvider time, ILogger<OnnxPolicyLoader> logger) : IPolicyLoader
{
    private const string Cpu = "CPU";

    /// <inheritdoc/>
    public Task<IPolicy> LoadAsync(PolicySource source, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ChooseProvider(source);
        var defaults = new OnnxPolicyOptions();
        var options = defaults with
        {
            MaxSequences = source.MaxSequences ?? defaults.MaxSequences,
            KvCacheBytes = source.KvCacheBytes ?? defaults.KvCacheBytes,
            Decoder = source.Decoder ?? defaults.Decoder,
            Threads = source.Threads ?? defaults.Threads,
        };
        var tokenizer = ModelTokenizer.Load(source.Path, time);
        var policy = OnnxPolicy.Open(source.Name, source.Path, tokenizer, options);
        LogDecoder(source.Name, policy.Decoder, policy.GroupRefusal is { } refusal ? $": {refusal}" : "");
        return Task.FromResult<IPolicy>(policy);
    }

    // The key-value cache lives in the memory of this process, so only the CPU provider can append to it in place.
    private void ChooseProvider(PolicySource source)
    {
        foreach (var provider in source.Providers)
        {
            if (string.Equals(provider, Cpu, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }

            LogSkipped(source.Name, provider);
        }

        throw new ModelLoadException($"None of the providers {string.Join(", ", source.Providers)} can run the policy. Supported is CPU.");
    }

    [LoggerMessage(21, LogLevel.Information, "Policy {Name}: decoder {Decoder}{Reason}")]
    private partial void LogDecoder(string name, DecoderKind decoder, string reason);

    [LoggerMessage(20, LogLevel.Information, "Policy {Name}: provider {Provider} skipped, rollouts run on the CPU only")]
    private partial void LogSkipped(string name, string provider);
}
