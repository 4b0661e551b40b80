using System.Text;
using Grpo.Engines;
using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace GrpoApi.Tests;

/// <summary>A policy without a model: one token per ASCII character, token 0 ends a completion, and what it says is scripted.</summary>
internal sealed class FakePolicy(string name = "fake") : IVersionedPolicy, IScoringPolicy, IPolicyTokenizer
{
    /// <summary>What the i-th completion of a group says; by default its answer is its own index.</summary>
    public Func<GroupRequest, int, string> Says { get; set; } = (_, index) => $"<think>hm</think><answer>{index}</answer>";

    /// <summary>Runs before a group is sampled; may wait, or throw.</summary>
    public Func<GroupRequest, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Whether it tells its tokens one by one to those who want that.</summary>
    public bool TellsTokens { get; set; } = true;

    private readonly Dictionary<string, int> _snapshots = [];

    /// <summary>The groups asked for, in the order they came.</summary>
    public List<GroupRequest> Requests { get; } = [];

    public PolicyLoad Load => default;

    public PolicyInfo Info { get; private set; } = new()
    {
        Name = name,
        Engine = "fake",
        Provider = "none",
        Dtype = "float32",
        Version = 1,
        VocabSize = 128,
        ContextLength = 100,
        ParameterCount = 0,
        EosTokenIds = [0],
        MaxSequences = 8,
    };

    public IPolicyTokenizer Tokenizer => this;

    public IReadOnlyList<PolicyParameter> Parameters { get; } = [new("w", SafetensorsDtype.F32, [2])];

    public string? UpdateRefusal { get; set; }

    public IReadOnlyList<int> Versions => [Info.Version];

    public IReadOnlyDictionary<string, int> Snapshots => _snapshots;

    public int? CreateSnapshot(string name, int? version)
    {
        if (!_snapshots.TryAdd(name, version ?? Info.Version)) throw new PolicyConflictException($"A snapshot is named '{name}' already.");
        return _snapshots[name];
    }

    public bool DeleteSnapshot(string name) => _snapshots.Remove(name);

    public IPolicy? At(string version) => version == Info.Version.ToString() || _snapshots.ContainsKey(version) ? this : null;

    /// <summary>A token's number over -512.</summary>
    public Task<IReadOnlyList<ScoredCompletion>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ScoredCompletion>>([.. request.Completions.Select(tokens => new ScoredCompletion
        {
            Logprobs = [.. tokens.Select(token => -token / 512f)],
            Entropy = request.IncludeEntropy ? [.. tokens.Select(_ => 0.25f)] : null,
            TopLogprobs = request.TopLogprobs > 0 ? [.. tokens.Select(_ => Top(request.TopLogprobs))] : null,
            PolicyVersion = Info.Version,
        })]);

    /// <summary>Takes any file, and counts.</summary>
    public async Task<WeightUpdate> UpdateWeightsAsync(Stream file, long? length, WeightUpdateMode mode, CancellationToken cancellationToken)
    {
        await file.CopyToAsync(Stream.Null, cancellationToken);
        Info = Info with { Version = Info.Version + 1 };
        return new WeightUpdate(Info.Version, ["w"]);
    }

    public async Task<CompletionGroup> SampleAsync(GroupRequest request, CancellationToken cancellationToken)
    {
        lock (Requests)
        {
            Requests.Add(request);
        }

        await Before(request, cancellationToken);
        Completion[] completions = [.. Enumerable.Range(0, request.GroupSize).Select(index => Complete(request, index))];
        foreach (var completion in TellsTokens ? completions : []) Tell(completion, request);
        return new CompletionGroup
        {
            PromptTokenIds = request.PromptTokenIds,
            Completions = completions,
            Timing = new RolloutTiming(1, 2, 3),
        };
    }

    public int[] Encode(string text, bool addSpecialTokens) => [.. text.Select(character => Math.Min((int)character, 127))];

    public string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens)
    {
        var text = new StringBuilder();
        foreach (var id in tokenIds)
        {
            text.Append(id == 0 && skipSpecialTokens ? "" : ((char)id).ToString());
        }

        return text.ToString();
    }

    public string? TokenOf(int tokenId) => tokenId is 0 ? null : ((char)tokenId).ToString();

    public string RenderChat(ChatRequest request) => string.Concat(request.Messages.Select(message => (string)message["role"]! is "user" or "assistant"
        ? $"{message["role"]}:{message["content"]}\n"
        : throw new ChatTemplateException($"The role '{message["role"]}' is not known."))) + (request.AddGenerationPrompt ? "assistant:" : "");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static TokenLogprob[] Top(int count) => [.. Enumerable.Range(0, count).Select(rank => new TokenLogprob(rank, -rank))];

    private static void Tell(Completion completion, GroupRequest request)
    {
        for (var t = 0; t < completion.TokenIds.Length; t++)
        {
            var isLast = t == completion.TokenIds.Length - 1;
            request.Tokens?.TryWrite(new CompletionToken
            {
                PromptIndex = request.PromptIndex,
                Index = completion.Index,
                TokenId = completion.TokenIds[t],
                Logprob = completion.Logprobs[t],
                TopLogprobs = completion.TopLogprobs?[t],
                FinishReason = isLast ? completion.FinishReason : null,
                StopReason = isLast ? completion.StopReason : null,
            });
        }
    }

    private Completion Complete(GroupRequest request, int index)
    {
        int[] all = [.. Encode(Says(request, index), addSpecialTokens: false), 0];
        var tokens = all[..Math.Min(all.Length, Math.Min(request.Sampling.MaxTokens, Info.ContextLength - request.PromptTokenIds.Length))];
        return new Completion
        {
            Index = index,
            Text = Decode(tokens, skipSpecialTokens: true),
            TokenIds = tokens,
            Logprobs = [.. tokens.Select(token => -token / 128f)],
            SamplingLogprobs = [.. tokens.Select(token => -token / 256f)],
            Entropy = request.IncludeEntropy ? [.. tokens.Select(_ => 0.5f)] : null,
            TopLogprobs = request.TopLogprobs > 0 ? [.. tokens.Select(_ => Top(request.TopLogprobs))] : null,
            FinishReason = tokens.Length == all.Length ? FinishReason.Stop : FinishReason.Length,
            StopReason = null,
            PolicyVersion = Info.Version,
        };
    }
}

/// <summary>Loads what the test says, under whatever name is configured.</summary>
internal sealed class FakePolicyLoader(Func<PolicySource, CancellationToken, Task<IPolicy>> load) : IPolicyLoader
{
    public Task<IPolicy> LoadAsync(PolicySource source, CancellationToken cancellationToken) => load(source, cancellationToken);
}
