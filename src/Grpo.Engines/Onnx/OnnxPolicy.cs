using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Parameters;
using Grpo.Engines.Onnx.Sampling;
using Grpo.Engines.Onnx.Scheduling;
using Grpo.Engines.Tokenizers;
using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx;

/// <summary>A policy that ONNX Runtime runs in this process.</summary>
public sealed class OnnxPolicy : IVersionedPolicy, IScoringPolicy, IMeasuredPolicy
{
    private readonly PolicyInfo _loaded;
    private readonly VersionFactory _factory;
    private readonly RolloutScheduler _scheduler;
    private readonly SemaphoreSlim _oneUpdate = new(1);
    private readonly CancellationTokenSource _unloading = new();
    private readonly Snapshots _snapshots;
    private readonly long _kvCacheBytes;
    private WeightSet _weights;

    private OnnxPolicy(PolicyInfo loaded, IPolicyTokenizer tokenizer, VersionFactory factory, WeightSet weights, RolloutScheduler scheduler, OnnxPolicyOptions options)
    {
        (_loaded, Tokenizer, _factory, _weights, _scheduler, _kvCacheBytes) = (loaded, tokenizer, factory, weights, scheduler, options.KvCacheBytes);
        _snapshots = new Snapshots(scheduler, options.MaxSnapshots);
        Parameters = [.. factory.Graph.Parameters.Select(parameter => new PolicyParameter(parameter.Name, ParameterReader.DtypeOf(parameter.ElementType), parameter.Shape)
        {
            OtherNames = [.. factory.Graph.Names.OthersOf(parameter).Select(other => new OtherParameterName(other.Name, other.Shape, other.IsTransposed))],
        })];
    }

    /// <inheritdoc/>
    public PolicyInfo Info => _loaded with { Version = _scheduler.Lanes.Current.Version };

    /// <inheritdoc/>
    public IPolicyTokenizer Tokenizer { get; }

    /// <summary>What the decode loop has done since the policy was loaded.</summary>
    public DecodeTotals Totals => _scheduler.Counters.Read();

    /// <summary>How sequences are decoded: by groups, or by slots.</summary>
    public DecoderKind Decoder => _factory.Graph.Groups is null ? DecoderKind.Slots : DecoderKind.Group;

    /// <summary>Why the graph is not decoded by groups; null when it is, or was not to be.</summary>
    public string? GroupRefusal => _factory.Graph.GroupRefusal;

    /// <inheritdoc/>
    public PolicyLoad Load => _scheduler.Load;

    /// <inheritdoc/>
    public PolicyMeasurements Measure() => new()
    {
        Totals = Totals,
        WaitingRequests = _scheduler.WaitingRequests,
        KvCacheBytes = _scheduler.CacheBytes,
        KvCacheLimitBytes = _kvCacheBytes,
    };

    /// <inheritdoc/>
    public IReadOnlyList<PolicyParameter> Parameters { get; }

    /// <inheritdoc/>
    public string? UpdateRefusal => _factory.Graph.Refusal;

    /// <inheritdoc/>
    public IReadOnlyList<int> Versions => _scheduler.Lanes.Versions;

    /// <summary>Loads a model folder in Hugging Face layout.</summary>
    /// <param name="name">The policy's name.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="tokenizer">Its tokenizer and chat template.</param>
    /// <param name="options">Bounds.</param>
    /// <exception cref="ModelLoadException">The folder holds no model that can be decoded here; the message says why.</exception>
    public static OnnxPolicy Open(string name, string folder, IPolicyTokenizer tokenizer, OnnxPolicyOptions options)
    {
        var files = ModelFolder.Open(folder, options.Dtype);
        var provider = ExecutionProvider.Parse(options.Provider);
        var (graph, weights) = DecoderGraph.Open(files, forGroups: options.Decoder != DecoderKind.Slots && provider.Memory is null);
        var factory = new VersionFactory(graph, options);
        try
        {
            if (options.Decoder == DecoderKind.Group && graph.Groups is null)
            {
                throw new ModelLoadException($"The group decoder cannot run the model: {graph.GroupRefusal ?? "it runs on the CPU only"}.");
            }

            var (lane, dtype) = factory.Create(1, weights);
            if (tokenizer is ModelTokenizer { VocabSize: var tokens } && tokens > lane.Decoder.VocabSize)
            {
                lane.Dispose();
                throw new ModelLoadException(
                    $"The tokenizer has token ids up to {tokens - 1}, and the model's vocabulary ends at {lane.Decoder.VocabSize - 1}. They belong to different models.");
            }

            var info = new PolicyInfo
            {
                Name = name,
                Engine = "onnx",
                Provider = provider.Name,
                Dtype = dtype,
                Version = lane.Version,
                VocabSize = lane.Decoder.VocabSize,
                ContextLength = files.ContextLength,
                ParameterCount = graph.ParameterCount,
                EosTokenIds = files.EosTokenIds,
                MaxSequences = options.MaxSequences,
            };
            return new OnnxPolicy(info, tokenizer, factory, weights, new RolloutScheduler(name, lane, files.ContextLength, options), options);
        }
        catch
        {
            weights.Dispose();
            graph.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<CompletionGroup> SampleAsync(GroupRequest request, CancellationToken cancellationToken) => SampleAsync(request, null, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ScoredCompletion>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken) => ScoreAsync(request, null, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Snapshots => _snapshots.Versions;

    /// <inheritdoc/>
    public int? CreateSnapshot(string name, int? version) => _snapshots.Create(name, version);

    /// <inheritdoc/>
    public bool DeleteSnapshot(string name) => _snapshots.Delete(name);

    /// <inheritdoc/>
    public IPolicy? At(string version) =>
        (int.TryParse(version, out var number) ? _scheduler.Lanes.Find(number) : _snapshots.Find(version)) is { } lane ? new PolicyVersion(this, lane) : null;

    /// <inheritdoc/>
    public Task<WeightUpdate> UpdateWeightsAsync(Stream file, long? length, WeightUpdateMode mode, CancellationToken cancellationToken) =>
        EngineMeter.MeasureUpdateAsync(_loaded.Name, mode, () => UpdateAsync(file, length, mode, cancellationToken));

    private async Task<WeightUpdate> UpdateAsync(Stream file, long? length, WeightUpdateMode mode, CancellationToken cancellationToken)
    {
        if (UpdateRefusal is { } refusal) throw new WeightsRefusedException(refusal);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unloading.Token);
        try
        {
            await _oneUpdate.WaitAsync(both.Token);
            try
            {
                var values = await ParameterReader.ReadAsync(_factory.Graph.Names, file, length, both.Token);
                await SwapAsync(_weights.With(values), mode, both.Token);
                return new WeightUpdate(_scheduler.Lanes.Current.Version, [.. values.Keys]);
            }
            finally
            {
                _oneUpdate.Release();
            }
        }
        catch (OperationCanceledException) when (_unloading.IsCancellationRequested)
        {
            throw new PolicyUnavailableException("The policy has been unloaded.");
        }
    }

    /// <summary>Unloads the policy; what is still being sampled fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await _unloading.CancelAsync();
        await _scheduler.DisposeAsync();
        await _oneUpdate.WaitAsync();
        _weights.Dispose();
        _factory.Graph.Dispose();
    }

    private async Task<CompletionGroup> SampleAsync(GroupRequest request, Lane? version, CancellationToken cancellationToken)
    {
        Check(request);
        var job = new GroupJob(request, new SamplingRule(request.Sampling, _loaded.EosTokenIds), Tokenizer, version, null, cancellationToken);
        _scheduler.Enqueue(job);
        await job.Finished;
        return new CompletionGroup
        {
            PromptTokenIds = request.PromptTokenIds,
            Completions = [.. job.Sequences.Select(sequence => sequence.ToCompletion())],
            Timing = job.Timing,
        };
    }

    private async Task<IReadOnlyList<ScoredCompletion>> ScoreAsync(ScoreRequest request, Lane? version, CancellationToken cancellationToken)
    {
        // A completion without tokens has nothing to score, and takes no place in the batch.
        var given = new GivenCompletions([.. request.Completions.Where(tokens => tokens.Length > 0)]);
        var scores = new Queue<ScoredCompletion>();
        if (given.TokenIds.Count > 0)
        {
            var group = new GroupRequest
            {
                PromptTokenIds = request.PromptTokenIds,
                GroupSize = given.TokenIds.Count,
                Sampling = new SamplingOptions { Temperature = request.Temperature, MaxTokens = given.TokenIds.Max(tokens => tokens.Length) },
                Seed = 0,
                Turn = request.Turn,
                IncludeEntropy = request.IncludeEntropy,
                TopLogprobs = request.TopLogprobs,
            };
            Check(group);
            Check(given, request.PromptTokenIds.Length);
            var job = new GroupJob(group, new SamplingRule(group.Sampling, []), Tokenizer, version, given, cancellationToken);
            _scheduler.Enqueue(job);
            await job.Finished;
            scores = new([.. job.Sequences.Select(sequence => sequence.ToScores())]);
        }

        var empty = new ScoredCompletion
        {
            Logprobs = [],
            Entropy = request.IncludeEntropy ? [] : null,
            TopLogprobs = request.TopLogprobs > 0 ? [] : null,
            PolicyVersion = (version ?? _scheduler.Lanes.Current).Version,
        };
        return [.. request.Completions.Select(tokens => tokens.Length > 0 ? scores.Dequeue() : empty)];
    }

    // From here on the set is either the policy's or disposed.
    private async Task SwapAsync(WeightSet weights, WeightUpdateMode mode, CancellationToken cancellationToken)
    {
        Lane? lane = null;
        try
        {
            lane = await Task.Run(() => _factory.Create(_scheduler.Lanes.Current.Version + 1, weights).Lane, cancellationToken);
            await _scheduler.SwapAsync(new WeightSwap(lane, mode, cancellationToken));
        }
        catch (Exception exception)
        {
            lane?.Dispose();
            weights.Dispose();
            if (exception is ModelLoadException refused) throw new SafetensorsException(SafetensorsException.WholeFile, $"With these weights the model does not run. {refused.Message}", refused);
            throw;
        }

        _weights.Dispose();
        _weights = weights;
    }

    // The edge validates requests with the caller's own paths; what arrives here wrong is a bug of ours, and must not reach native code.
    private void Check(GroupRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.GroupSize, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.PromptTokenIds.Length, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(request.PromptTokenIds.Length, _loaded.ContextLength, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Sampling.MaxTokens, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.TopLogprobs, _loaded.VocabSize, nameof(request));
        var ids = request.PromptTokenIds.Concat(request.Sampling.StopTokenIds).Concat(request.Sampling.LogitBias.Keys);
        if (ids.Any(id => (uint)id >= (uint)_loaded.VocabSize))
        {
            throw new ArgumentOutOfRangeException(nameof(request), "A token id lies outside the vocabulary.");
        }
    }

    private void Check(GivenCompletions given, int promptLength)
    {
        if (given.TokenIds.Any(tokens => promptLength + tokens.Length > _loaded.ContextLength || Array.Exists(tokens, id => (uint)id >= (uint)_loaded.VocabSize)))
        {
            throw new ArgumentOutOfRangeException(nameof(given), "A completion does not fit the context, or a token id lies outside the vocabulary.");
        }
    }

    /// <summary>The policy as it is in one version.</summary>
    private sealed class PolicyVersion(OnnxPolicy policy, Lane lane) : IScoringPolicy
    {
        public PolicyInfo Info => policy._loaded with { Version = lane.Version };

        public IPolicyTokenizer Tokenizer => policy.Tokenizer;

        public PolicyLoad Load => policy.Load;

        public Task<CompletionGroup> SampleAsync(GroupRequest request, CancellationToken cancellationToken) => policy.SampleAsync(request, lane, cancellationToken);

        public Task<IReadOnlyList<ScoredCompletion>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken) => policy.ScoreAsync(request, lane, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
