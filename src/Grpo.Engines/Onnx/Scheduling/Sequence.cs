using Grpo.Engines.Onnx.Sampling;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>One completion in the making.</summary>
internal sealed class Sequence(GroupJob job, int index)
{
    private readonly TokenTrace _trace = new(job.Rule.MaxTokens, job.Request.IncludeEntropy);
    private readonly StopStringWatch? _stopStrings = job.Rule.Stop.Length > 0 ? new(job.Tokenizer, job.Rule.Stop) : null;
    private readonly int[]? _given = job.Given?.TokenIds[index];
    private readonly List<TokenLogprob[]> _topLogprobs = [];
    private (FinishReason Reason, StopReason? Cause)? _end;

    /// <summary>The group it belongs to.</summary>
    public GroupJob Job => job;

    /// <summary>Tokens sampled so far.</summary>
    public int Length => _trace.Length;

    /// <summary>The token sampled last.</summary>
    public int LastToken => _trace.TokenIds[^1];

    /// <summary>The version of the weights that samples it.</summary>
    public int PolicyVersion { get; set; }

    private TokenLogprob[][]? TopLogprobs => job.Request.TopLogprobs > 0 ? [.. _topLogprobs] : null;

    /// <summary>Ends it where it is.</summary>
    public void Cancel() => _end = (FinishReason.Cancelled, null);

    /// <summary>Draws the next token, or scores it where it is given. Different sequences may do so at the same time.</summary>
    /// <param name="logits">Shape (V).</param>
    /// <param name="distribution">The thread's workspace.</param>
    /// <exception cref="NonFiniteLogitsException">The model answered NaN or plus infinity, or nothing may be drawn.</exception>
    public DrawnToken Draw(ReadOnlySpan<float> logits, TokenDistribution distribution)
    {
        var request = job.Request;
        TokenLogprob[]? top = request.TopLogprobs > 0 ? new TokenLogprob[request.TopLogprobs] : null;
        if (_given is not null)
        {
            return new DrawnToken(distribution.Score(logits, job.Rule.LogitDivisor, _given[Length], request.IncludeEntropy, top), top);
        }

        var uniform = job.Rule.IsGreedy ? 0 : CounterRandom.Uniform(request.Seed, request.PromptIndex, index, Length);
        return new DrawnToken(distribution.Draw(logits, job.Rule, Length, uniform, request.IncludeEntropy, top), top);
    }

    /// <summary>Takes a token that was drawn for it.</summary>
    /// <param name="drawn">The token.</param>
    /// <param name="contextLength">The most tokens of prompt and completion together.</param>
    /// <returns>Whether the completion ended with it.</returns>
    public bool Append(DrawnToken drawn, int contextLength)
    {
        var (token, top) = drawn;
        if (top is not null)
        {
            _topLogprobs.Add(top);
        }

        _trace.Append(token);
        if (_given is not null)
        {
            return Length == _given.Length;
        }

        var request = job.Request;
        _end = End(contextLength - request.PromptTokenIds.Length);
        request.Tokens?.TryWrite(new CompletionToken
        {
            PromptIndex = request.PromptIndex,
            Index = index,
            TokenId = token.TokenId,
            Logprob = token.Logprob,
            TopLogprobs = top,
            FinishReason = _end?.Reason,
            StopReason = _end?.Cause,
        });
        return _end is not null;
    }

    /// <summary>The finished completion. Decodes its text, so it is called outside the decode loop.</summary>
    public Completion ToCompletion()
    {
        var (reason, cause) = _end ?? throw new InvalidOperationException("The sequence has not ended.");
        var tokens = _trace.TokenIds;
        var endsWithToken = reason == FinishReason.Stop && cause is not StopReason.Text;
        return new Completion
        {
            Index = index,
            Text = cause is StopReason.Text ? _stopStrings!.TextBeforeStop : job.Tokenizer.Decode(endsWithToken ? tokens[..^1] : tokens, skipSpecialTokens: true),
            TokenIds = tokens.ToArray(),
            Logprobs = _trace.Logprobs.ToArray(),
            SamplingLogprobs = _trace.SamplingLogprobs.ToArray(),
            Entropy = _trace.Entropy,
            TopLogprobs = TopLogprobs,
            FinishReason = reason,
            StopReason = cause,
            PolicyVersion = PolicyVersion,
        };
    }

    /// <summary>The finished scores.</summary>
    public ScoredCompletion ToScores() => new()
    {
        Logprobs = _trace.Logprobs.ToArray(),
        Entropy = _trace.Entropy,
        TopLogprobs = TopLogprobs,
        PolicyVersion = PolicyVersion,
    };

    private (FinishReason, StopReason?)? End(int contextLeft)
    {
        var rule = job.Rule;
        if (rule.IsEos(LastToken))
        {
            return (FinishReason.Stop, null);
        }

        if (rule.IsStop(LastToken))
        {
            return (FinishReason.Stop, new StopReason.Token(LastToken));
        }

        if (_stopStrings?.Append(LastToken, mayStop: Length >= rule.MinTokens) is { } stop)
        {
            return (FinishReason.Stop, new StopReason.Text(stop));
        }

        return Length >= Math.Min(rule.MaxTokens, contextLeft) ? (FinishReason.Length, null) : null;
    }
}
