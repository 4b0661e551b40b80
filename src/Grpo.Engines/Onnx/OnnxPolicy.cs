using System.Numerics.Tensors;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Sampling;
using Grpo.Engines.Onnx.Scheduling;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx;

/// <summary>A policy that ONNX Runtime runs in this process.</summary>
public sealed class OnnxPolicy : IPolicy
{
    private readonly DecoderModel _model;
    private readonly RolloutScheduler _scheduler;

    private OnnxPolicy(PolicyInfo info, IPolicyTokenizer tokenizer, DecoderModel model, RolloutScheduler scheduler)
    {
        Info = info;
        Tokenizer = tokenizer;
        _model = model;
        _scheduler = scheduler;
    }

    /// <inheritdoc/>
    public PolicyInfo Info { get; }

    /// <inheritdoc/>
    public IPolicyTokenizer Tokenizer { get; }

    /// <summary>What the decode loop has done since the policy was loaded.</summary>
    public DecodeTotals Totals => _scheduler.Counters.Read();

    /// <inheritdoc/>
    public PolicyLoad Load => _scheduler.Load;

    /// <summary>Loads a model folder in Hugging Face layout.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="tokenizer">Its tokenizer and chat template.</param>
    /// <param name="options">Bounds.</param>
    /// <exception cref="ModelLoadException">The folder holds no model that can be decoded here; the message says why.</exception>
    public static OnnxPolicy Open(string name, string folder, IPolicyTokenizer tokenizer, OnnxPolicyOptions options)
    {
        var files = ModelFolder.Open(folder, options.Dtype);
        var model = DecoderModel.Open(files, options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
        var signature = model.Signature;
        var info = new PolicyInfo
        {
            Name = name,
            Engine = "onnx",
            Provider = "CPU",
            Dtype = model.Dtype,
            Version = 1,
            VocabSize = signature.VocabSize,
            ContextLength = files.ContextLength,
            ParameterCount = model.ParameterCount,
            EosTokenIds = files.EosTokenIds,
            MaxSequences = options.MaxSequences,
        };
        var decoder = Decoders.Create(model, files.ContextLength, options);
        try
        {
            Probe(decoder, files.EosTokenIds);
        }
        catch
        {
            decoder.Dispose();
            model.Dispose();
            throw;
        }

        return new OnnxPolicy(info, tokenizer, model, new RolloutScheduler(name, decoder, files.ContextLength, options));
    }

    /// <inheritdoc/>
    public async Task<CompletionGroup> SampleAsync(GroupRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var job = new GroupJob(request, new SamplingRule(request.Sampling, Info.EosTokenIds), Tokenizer, cancellationToken);
        _scheduler.Enqueue(job);
        await job.Finished;
        return new CompletionGroup
        {
            PromptTokenIds = request.PromptTokenIds,
            Completions = [.. job.Sequences.Select(sequence => sequence.ToCompletion(Info.Version))],
            Timing = job.Timing,
        };
    }

    /// <summary>Unloads the policy; what is still being sampled fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await _scheduler.DisposeAsync();
        _model.Dispose();
    }

    // A model that loads may still not run; better to know before the first request does.
    private static void Probe(IDecoder decoder, IReadOnlyList<int> eosTokenIds)
    {
        if (eosTokenIds.FirstOrDefault(id => id >= decoder.VocabSize, -1) is >= 0 and var outside)
        {
            throw new ModelLoadException($"The end-of-sequence token {outside} lies outside the model's vocabulary of {decoder.VocabSize} tokens.");
        }

        try
        {
            using var prefix = decoder.Prefill([eosTokenIds[0]]);
            if (!float.IsFinite(TensorPrimitives.Max<float>(prefix.Logits))) // NaN counts as the largest
            {
                throw new ModelLoadException("The model's forward pass answers logits that are not finite.");
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException($"The model's forward pass fails: {exception.Message}", exception);
        }
    }

    // The edge validates requests with the caller's own paths; what arrives here wrong is a bug of ours, and must not reach native code.
    private void Check(GroupRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.GroupSize, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.PromptTokenIds.Length, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(request.PromptTokenIds.Length, Info.ContextLength, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Sampling.MaxTokens, 1, nameof(request));
        var ids = request.PromptTokenIds.Concat(request.Sampling.StopTokenIds).Concat(request.Sampling.LogitBias.Keys);
        if (ids.Any(id => (uint)id >= (uint)Info.VocabSize))
        {
            throw new ArgumentOutOfRangeException(nameof(request), "A token id lies outside the vocabulary.");
        }
    }
}
