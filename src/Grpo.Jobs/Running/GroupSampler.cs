using System.Text.Json;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Stores;
using Grpo.Rewards;
using Grpo.Rollouts;

namespace Grpo.Jobs.Running;

/// <summary>Samples and scores the prompts of one job, one group at a time; safe to use from many threads.</summary>
internal sealed class GroupSampler(JobSpec spec, Func<IPolicy> policy)
{
    private const int BusyAttempts = 1000;

    private readonly RowPrompts _prompts = new(spec.Conditions.Prompt, spec.Conditions.Reference);
    private readonly RewardSet _rewards = spec.Request.Rewards.ToRewardSet();
    private readonly SamplingOptions _sampling = spec.Request.Sampling.ToOptions();
    private readonly int _groupSize = spec.Request.SamplesPerPrompt;

    /// <summary>The samples of one prompt. What is the prompt's own fault becomes failed samples; what is the policy's is thrown.</summary>
    public async Task<IReadOnlyList<SampleResult>> SampleAsync(string row, int promptIndex, CancellationToken cancellationToken)
    {
        var current = policy();
        string text;
        RowPrompt prompt;
        int[] tokens;
        try
        {
            prompt = _prompts.Of(JsonElement.Parse(row));
            text = prompt.Render(current.Tokenizer);
            tokens = current.Tokenizer.Encode(text, addSpecialTokens: false);
        }
        catch (Exception problem) when (problem is DatasetException or ChatTemplateException)
        {
            return Failed(promptIndex, null, problem.Message);
        }

        if (PromptLength.Problem(tokens.Length, current.Info) is { } tooLong) return Failed(promptIndex, text, tooLong);
        if (Array.Exists(tokens, id => id < 0 || id >= current.Info.VocabSize)) return Failed(promptIndex, text, "The prompt has a token that the policy's vocabulary lacks.");
        var request = new GroupRequest { PromptTokenIds = tokens, GroupSize = _groupSize, Sampling = _sampling, Seed = spec.Seed, PromptIndex = promptIndex, Turn = this };
        CompletionGroup group;
        try
        {
            group = await SampleWhenFreeAsync(current, request, cancellationToken);
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or PolicyUnavailableException or PolicyNotFoundException or ObjectDisposedException))
        {
            return Failed(promptIndex, text, $"The policy failed: {problem.GetType().Name}: {problem.Message}");
        }

        JsonElement? messages = prompt.Messages is { } conversation ? JsonSerializer.SerializeToElement(conversation) : null;
        var scored = _rewards.Score([.. GroupSamples.Of(group, promptIndex.ToString(), text, messages, prompt.Reference)], maxDegreeOfParallelism: 1, cancellationToken);
        return [.. group.Completions.Select((completion, index) => Result(promptIndex, text, completion, scored.Samples[index]))];
    }

    private SampleResult Result(int promptIndex, string prompt, Completion completion, SampleRewards judged) => new()
    {
        PromptIndex = promptIndex,
        SampleIndex = completion.Index,
        Prompt = completion.Index == 0 ? prompt : null,
        Completion = completion.Text,
        FinishReason = completion.FinishReason.ToString().ToLowerInvariant(),
        TokenCount = completion.TokenIds.Length,
        PolicyVersion = completion.PolicyVersion,
        Reward = judged.Reward,
        Scores = SampleScores.Write(_rewards.Rewards.Select(reward => judged.Scores[reward.Definition.Name])),
        Error = completion.FinishReason == FinishReason.Cancelled ? "The policy's weights were replaced while this was sampled." : null,
    };

    private SampleResult[] Failed(int promptIndex, string? prompt, string message) => [.. Enumerable.Range(0, _groupSize).Select(index => new SampleResult
    {
        PromptIndex = promptIndex,
        SampleIndex = index,
        Prompt = index == 0 ? prompt ?? "" : null,
        Completion = "",
        FinishReason = "error",
        TokenCount = 0,
        PolicyVersion = 0,
        Reward = null,
        Scores = "[]",
        Error = message,
    })];

    // A job is patient: whoever waits for an answer goes first.
    private static async Task<CompletionGroup> SampleWhenFreeAsync(IPolicy policy, GroupRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await policy.SampleAsync(request, cancellationToken);
            }
            catch (PolicyBusyException busy) when (attempt < BusyAttempts)
            {
                await Task.Delay(busy.RetryAfter > TimeSpan.Zero ? busy.RetryAfter : TimeSpan.FromMilliseconds(100), cancellationToken);
            }
        }
    }
}
