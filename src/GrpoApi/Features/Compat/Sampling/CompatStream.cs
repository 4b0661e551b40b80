using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Grpo.Rollouts;
using GrpoApi.Features.Rollouts;

namespace GrpoApi.Features.Compat.Sampling;

/// <summary>Some tokens of a completion, and the text that they complete.</summary>
internal sealed record SampledPiece
{
    /// <summary>The position of the prompt.</summary>
    public required int PromptIndex { get; init; }

    /// <summary>The position in the group.</summary>
    public required int Index { get; init; }

    /// <summary>The tokens since the piece before.</summary>
    public required IReadOnlyList<CompletionToken> Tokens { get; init; }

    /// <summary>The text since the piece before; nothing of a stop string.</summary>
    public required string Text { get; init; }

    /// <summary>Why the completion ended with it; null when it goes on.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>What ended it, if not the policy itself.</summary>
    public StopReason? StopReason { get; init; }
}

/// <summary>Samples a planned request and tells of the tokens as they come.</summary>
internal static class CompatStream
{
    /// <summary>The pieces, in the order in which the tokens were drawn. Together the pieces of a completion are its tokens and its text.</summary>
    public static async IAsyncEnumerable<SampledPiece> StreamAsync(this CompatRollout rollout, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tokens = Channel.CreateUnbounded<CompletionToken>(new UnboundedChannelOptions { SingleReader = true });
        var groups = SampleAsync(rollout, tokens.Writer, together.Token);
        var texts = rollout.Plan.Groups.Select(group => Enumerable.Range(0, group.GroupSize).Select(_ => new StreamedText(rollout.Policy.Tokenizer, group.Sampling.Stop)).ToArray()).ToArray();
        try
        {
            await foreach (var token in tokens.Reader.ReadAllAsync(cancellationToken))
            {
                if (texts[token.PromptIndex][token.Index].Append(token) is { } piece) yield return piece;
            }

            foreach (var (prompt, group) in (await groups).Index())
            {
                foreach (var completion in group.Completions)
                {
                    // What was cancelled has not been told, nor anything by a policy that cannot tell its tokens one by one.
                    if (texts[prompt][completion.Index].End(prompt, completion) is { } rest) yield return rest;
                }
            }
        }
        finally
        {
            await together.CancelAsync();
        }
    }

    private static async Task<CompletionGroup[]> SampleAsync(CompatRollout rollout, ChannelWriter<CompletionToken> tokens, CancellationToken cancellationToken)
    {
        try
        {
            var groups = await rollout.Policy.SampleAllAsync([.. rollout.Plan.Groups.Select(group => group with { Tokens = tokens })], null, cancellationToken);
            tokens.Complete();
            return groups;
        }
        catch (Exception problem)
        {
            tokens.Complete(problem);
            throw;
        }
    }
}
