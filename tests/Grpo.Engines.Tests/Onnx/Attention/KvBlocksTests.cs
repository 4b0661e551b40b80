using Grpo.Engines.Onnx.Attention;

namespace Grpo.Engines.Tests.Onnx.Attention;

public sealed class KvBlocksTests : IDisposable
{
    private readonly KvBlocks _blocks = new(blockBytes: 1024, budgetBytes: 100 * 1024);

    public void Dispose() => _blocks.Dispose();

    [Fact]
    public void A_group_holds_its_prompt_once_and_the_suffixes()
    {
        using var prompt = new BlockTable(_blocks, 64);
        prompt.Extend(64);
        var members = Enumerable.Range(0, 10).Select(_ => prompt.Fork(128)).ToList();
        members.ForEach(member => member.Extend(20));

        Assert.Equal(4 + (10 * 2), _blocks.InUse);
        members.ForEach(member => member.Dispose());
        Assert.Equal(4, _blocks.InUse);
    }

    [Fact]
    public void A_shared_block_is_copied_when_it_is_written_and_the_last_user_keeps_it()
    {
        using var prompt = new BlockTable(_blocks, 20);
        prompt.Extend(20);
        using var first = prompt.Fork(40);
        using var second = prompt.Fork(40);
        Assert.Equal(2, _blocks.InUse);

        first.Extend(1);
        Assert.Equal((3, 1), (_blocks.InUse, first.CommonBlocks(prompt)));
        prompt.Dispose();
        second.Extend(1);
        Assert.Equal(3, _blocks.InUse);
    }

    [Fact]
    public void What_is_copied_are_the_tokens_so_far()
    {
        using var prompt = new BlockTable(_blocks, 8);
        prompt.Extend(8);
        unsafe
        {
            new Span<float>(prompt.Addresses[0], 256).Fill(3);
        }

        using var member = prompt.Fork(16);
        member.Extend(1);
        unsafe
        {
            Assert.True(prompt.Addresses[0] != member.Addresses[0]);
            Assert.Equal(3, new Span<float>(member.Addresses[0], 256)[255]);
        }
    }

    [Fact]
    public void Blocks_to_come_bound_what_a_sequence_may_still_take()
    {
        using var prompt = new BlockTable(_blocks, 20);
        prompt.Extend(20);
        using var member = prompt.Fork(60);
        Assert.Equal(3, member.BlocksToCome); // a copy of the second block, and two more
        for (var token = 20; token < 60; token++)
        {
            var before = (_blocks.InUse, member.BlocksToCome);
            member.Extend(1);
            Assert.Equal(before.InUse + before.BlocksToCome, _blocks.InUse + member.BlocksToCome);
        }

        Assert.Equal(0, member.BlocksToCome);
    }

    [Fact]
    public void The_budget_is_a_bound()
    {
        using var all = new BlockTable(_blocks, 1600);
        all.Extend(1600);
        using var more = new BlockTable(_blocks, 1);
        Assert.Throws<InvalidOperationException>(() => more.Extend(1));
        Assert.Equal(100, _blocks.InUse);
    }
}
