using System.Collections.Concurrent;
using System.Text;
using Grpo.Rollouts;

namespace Grpo.Jobs.Tests;

/// <summary>A policy without a model: what it says follows from prompt, seed, prompt index and completion index, as a real one's does.</summary>
internal sealed class ScriptedPolicy : IPolicy, IPolicyTokenizer
{
    /// <summary>What a completion says: by default the right answer of "a+b" in two of three cases.</summary>
    public Func<GroupRequest, string, int, string> Says { get; set; } = (request, prompt, index) => $"<answer>{Sum(prompt) + ((request.Seed + request.PromptIndex + index) % 3 == 0 ? 1 : 0)}</answer>";

    /// <summary>Runs before a group is sampled; may wait, or throw.</summary>
    public Func<GroupRequest, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The prompts asked for, and how often each.</summary>
    public ConcurrentDictionary<int, int> Asked { get; } = new();

    public int Version { get; set; } = 1;

    public PolicyInfo Info => new()
    {
        Name = "scripted",
        Engine = "none",
        Provider = "none",
        Dtype = "float32",
        Version = Version,
        VocabSize = 65536,
        ContextLength = 200,
        ParameterCount = 0,
        EosTokenIds = [0],
        MaxSequences = 8,
    };

    public PolicyLoad Load => default;

    public IPolicyTokenizer Tokenizer => this;

    public async Task<CompletionGroup> SampleAsync(GroupRequest request, CancellationToken cancellationToken)
    {
        Asked.AddOrUpdate(request.PromptIndex, 1, (_, times) => times + 1);
        await Before(request, cancellationToken);
        var prompt = Decode(request.PromptTokenIds, skipSpecialTokens: true);
        return new CompletionGroup
        {
            PromptTokenIds = request.PromptTokenIds,
            Timing = default,
            Completions = [.. Enumerable.Range(0, request.GroupSize).Select(index =>
            {
                var tokens = Encode(Says(request, prompt, index), addSpecialTokens: false);
                var cut = tokens.Length > request.Sampling.MaxTokens;
                return new Completion
                {
                    Index = index,
                    Text = Decode(tokens.AsSpan(0, cut ? request.Sampling.MaxTokens : tokens.Length), skipSpecialTokens: true),
                    TokenIds = tokens,
                    Logprobs = [],
                    SamplingLogprobs = [],
                    FinishReason = cut ? FinishReason.Length : FinishReason.Stop,
                    PolicyVersion = Version,
                };
            })],
        };
    }

    public int[] Encode(string text, bool addSpecialTokens) => [.. text.Select(character => (int)character)];

    public string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens)
    {
        var text = new StringBuilder();
        foreach (var id in tokenIds)
        {
            text.Append((char)id);
        }

        return text.ToString();
    }

    public string? TokenOf(int tokenId) => ((char)tokenId).ToString();

    public string RenderChat(ChatRequest request) => string.Concat(request.Messages.Select(message => $"{message["role"]}:{message["content"]}\n")) + "assistant:";

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The right answer to a prompt.</summary>
    public static int Sum(string prompt)
    {
        var digits = prompt.Split(':')[1].Split('\n')[0].Split('+');
        return int.Parse(digits[0]) + int.Parse(digits[1]);
    }
}
