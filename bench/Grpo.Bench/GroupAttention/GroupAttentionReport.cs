namespace Grpo.Bench.GroupAttention;

/// <summary>The head of bench/results/group-attention.md.</summary>
internal static class GroupAttentionReport
{
    /// <summary>Title, circumstances, and the heads of the table's columns.</summary>
    public static string Head() => $"""
        # Whole rollouts of one group: attention that reads the prompt once

        Command: `bench/run group-attention llama-batched-bench`. {Report.Machine()}

        The model has the shape of SmolLM2-135M and random weights (`bench/peers/write_smollm2.py`). A rollout is the prompt's reading and the decoding of all completions; ours
        include sampling in float64 with log-probabilities, llama.cpp's `llama-batched-bench -pps` samples nothing and shares the prompt; it is given the best of three settings.
        All three run in turns, three times each; the figures are medians. *Step*: of the time of a decode step, how much is the forward pass. *Limit*: the bytes or float32 operations that the steps cannot do
        without, over what the machine was measured to do just before, as a share of the forward passes' time. *Cache*: blocks held at the end over prompt once plus suffixes.

        | rollout | group decoder, tokens/s | slot decoder | llama.cpp | group / slots | group / llama.cpp | prompt, ms | step, ms | limit | cache |
        |---|---:|---:|---|---:|---:|---:|---|---|---:|
        """;
}
