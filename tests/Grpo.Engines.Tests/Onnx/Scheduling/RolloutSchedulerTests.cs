using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Sampling;
using Grpo.Engines.Onnx.Scheduling;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Scheduling;

public class RolloutSchedulerTests
{
    private const int ContextLength = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_group_gets_the_same_tokens_alone_and_among_others()
    {
        await using var quiet = Scheduler(new FakeDecoder(64));
        await using var crowded = Scheduler(new FakeDecoder(7), maxSequences: 7);

        var alone = await Sample(quiet, Request([3, 1], seed: 5, groupSize: 6));
        var crowd = Enumerable.Range(0, 12).Select(i => Sample(crowded, Request([i + 1], seed: i, groupSize: (i % 5) + 1))).ToList();
        var among = await Sample(crowded, Request([3, 1], seed: 5, groupSize: 6));
        await Task.WhenAll(crowd);

        Assert.Equal(Tokens(alone), Tokens(among));
        Assert.Equal(alone.SelectMany(completion => completion.Logprobs), among.SelectMany(completion => completion.Logprobs));
    }

    [Fact]
    public async Task A_group_larger_than_the_batch_is_decoded_in_turns_and_its_prompt_read_once()
    {
        var decoder = new FakeDecoder(4);
        await using var scheduler = Scheduler(decoder, maxSequences: 4);

        var completions = await Sample(scheduler, Request([9, 9, 9], groupSize: 19));

        Assert.Equal(Enumerable.Range(0, 19), completions.Select(completion => completion.Index));
        Assert.Equal(4, decoder.LargestBatch);
        Assert.Single(decoder.Prefilled);
    }

    [Fact]
    public async Task Equal_prompts_are_read_once_and_draw_differently_by_their_index()
    {
        var decoder = new FakeDecoder(64);
        await using var scheduler = Scheduler(decoder);

        var first = await Sample(scheduler, Request([5, 6], promptIndex: 0));
        var second = await Sample(scheduler, Request([5, 6], promptIndex: 1));

        Assert.Single(decoder.Prefilled);
        Assert.NotEqual(Tokens(first), Tokens(second));
    }

    [Fact]
    public async Task Completions_end_at_eos_at_their_limit_and_at_the_end_of_the_context()
    {
        await using var scheduler = Scheduler(new FakeDecoder(64));

        var limited = await Sample(scheduler, Request([1], groupSize: 40, options: new SamplingOptions { MaxTokens = 5 }));
        var context = await Sample(scheduler, Request([.. Enumerable.Repeat(2, ContextLength - 3)], groupSize: 40));

        Assert.Contains(limited, completion => completion is { FinishReason: FinishReason.Stop } && completion.TokenIds[^1] == FakeDecoder.Eos);
        Assert.All(limited, completion => Assert.Equal(completion.FinishReason == FinishReason.Length, completion.TokenIds[^1] != FakeDecoder.Eos));
        Assert.All(limited.Where(completion => completion.FinishReason == FinishReason.Length), completion => Assert.Equal(5, completion.TokenIds.Length));
        Assert.Equal(3, context.Max(completion => completion.TokenIds.Length));
    }

    [Fact]
    public async Task A_full_queue_is_refused_and_empties_again()
    {
        using var gate = new ManualResetEventSlim();
        var decoder = new FakeDecoder(2) { BeforeStep = _ => gate.Wait(Patience) };
        await using var scheduler = Scheduler(decoder, maxSequences: 2, maxQueued: 10);

        var admitted = Sample(scheduler, Request([1], groupSize: 10, options: new SamplingOptions { MinTokens = 3, MaxTokens = 4 }));
        var refused = await Assert.ThrowsAsync<PolicyBusyException>(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                Enqueue(scheduler, Request([2], groupSize: 4), CancellationToken.None);
            }
        });
        gate.Set();

        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        Assert.Equal(10, (await admitted).Count);
    }

    [Fact]
    public async Task A_cancelled_group_frees_its_rows_and_leaves_the_others_alone()
    {
        using var cancellation = new CancellationTokenSource();
        var decoder = new FakeDecoder(64);
        await using var scheduler = Scheduler(decoder);
        var expected = await Sample(scheduler, Request([4], groupSize: 3, options: Endless));

        var steps = 0;
        decoder.BeforeStep = _ => { if (++steps == 5) { cancellation.Cancel(); } };
        var cancelled = Enqueue(scheduler, Request([8], groupSize: 8, options: Endless), cancellation.Token);
        var other = Sample(scheduler, Request([4], groupSize: 3, options: Endless));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Finished.WaitAsync(Patience));
        Assert.Equal(Tokens(expected), Tokens(await other));
        Assert.Equal(default, scheduler.Load);
    }

    [Fact]
    public async Task A_forward_pass_that_fails_fails_its_groups_and_the_loop_goes_on()
    {
        var decoder = new FakeDecoder(64);
        await using var scheduler = Scheduler(decoder);
        decoder.BeforeStep = _ => throw new InvalidOperationException("broken");

        var failure = await Assert.ThrowsAsync<PolicyUnavailableException>(() => Sample(scheduler, Request([1], options: Endless)));
        decoder.BeforeStep = null;

        Assert.Equal("broken", failure.InnerException?.Message);
        Assert.Equal(4, (await Sample(scheduler, Request([1], groupSize: 4))).Count);
    }

    [Fact]
    public async Task Logits_that_are_not_finite_fail_their_own_group_only()
    {
        var decoder = new FakeDecoder(64) { PoisonPrompt = 13 };
        await using var scheduler = Scheduler(decoder);

        var poisoned = Sample(scheduler, Request([13, 1], groupSize: 4, options: Endless));
        var healthy = Sample(scheduler, Request([1, 13], groupSize: 4, options: Endless));

        await Assert.ThrowsAsync<PolicyUnavailableException>(() => poisoned);
        Assert.Equal(4, (await healthy).Count);
        Assert.Equal(default, scheduler.Load);
    }

    [Fact]
    public async Task A_stopped_scheduler_fails_what_waits_and_disposes_its_decoder()
    {
        using var stepping = new ManualResetEventSlim();
        var decoder = new FakeDecoder(1) { BeforeStep = _ => stepping.Set() };
        var scheduler = Scheduler(decoder, maxSequences: 1);
        var jobs = Enumerable.Range(0, 3).Select(i => Sample(scheduler, Request([i + 1], groupSize: 50, options: Endless))).ToList();
        stepping.Wait(Patience);

        await scheduler.DisposeAsync();

        foreach (var job in jobs)
        {
            await Assert.ThrowsAsync<PolicyUnavailableException>(() => job);
        }

        Assert.True(decoder.IsDisposed);
        Assert.Throws<PolicyUnavailableException>(() => { Enqueue(scheduler, Request([1]), CancellationToken.None); });
    }

    [Fact]
    public async Task A_swap_asked_for_while_a_group_is_admitted_waits_for_that_group()
    {
        var (asked, swapped) = (0, Task.CompletedTask);
        var (decoder, next) = (new FakeDecoder(64), new Lane(2, new FakeDecoder(64), 1_000, ContextLength));
        await using var scheduler = Scheduler(decoder);
        decoder.BeforeFits = () =>
        {
            // The second question is the scheduler's, when it has chosen the group and not yet its version.
            if (Interlocked.Increment(ref asked) == 2) swapped = scheduler.SwapAsync(new WeightSwap(next, WeightUpdateMode.Wait, CancellationToken.None));
        };

        var before = await Sample(scheduler, Request([3, 1]));
        await swapped.WaitAsync(Patience);
        var after = await Sample(scheduler, Request([3, 1]));

        Assert.True(asked >= 2);
        Assert.All(before, completion => Assert.Equal(1, completion.PolicyVersion));
        Assert.All(after, completion => Assert.Equal(2, completion.PolicyVersion));
    }

    private static SamplingOptions Endless => new() { MinTokens = ContextLength, MaxTokens = ContextLength };

    private static RolloutScheduler Scheduler(FakeDecoder decoder, int maxSequences = 64, int maxQueued = 1_000) =>
        new("fake", new Lane(1, decoder, 1_000, ContextLength), ContextLength, new OnnxPolicyOptions { MaxSequences = maxSequences, MaxQueuedSequences = maxQueued });

    private static GroupRequest Request(int[] prompt, long seed = 1, int groupSize = 2, int promptIndex = 0, SamplingOptions? options = null) => new()
    {
        PromptTokenIds = prompt,
        GroupSize = groupSize,
        Seed = seed,
        PromptIndex = promptIndex,
        Sampling = options ?? new SamplingOptions { MaxTokens = 20 },
    };

    private static GroupJob Enqueue(RolloutScheduler scheduler, GroupRequest request, CancellationToken cancellationToken)
    {
        var job = new GroupJob(request, new SamplingRule(request.Sampling, [FakeDecoder.Eos]), new LetterTokenizer(), null, null, cancellationToken);
        scheduler.Enqueue(job);
        return job;
    }

    private static async Task<List<Completion>> Sample(RolloutScheduler scheduler, GroupRequest request)
    {
        var job = Enqueue(scheduler, request, CancellationToken.None);
        await job.Finished.WaitAsync(Patience);
        return [.. job.Sequences.Select(sequence => sequence.ToCompletion())];
    }

    private static IEnumerable<string> Tokens(IEnumerable<Completion> completions) =>
        completions.Select(completion => string.Join(' ', completion.TokenIds));
}
