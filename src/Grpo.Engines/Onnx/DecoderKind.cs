namespace Grpo.Engines.Onnx;

/// <summary>How a policy's sequences are decoded.</summary>
public enum DecoderKind
{
    /// <summary>By groups where the graph is recognised, else by slots.</summary>
    Auto,

    /// <summary>The graph as it is, with its own attention and a cache slot for each sequence.</summary>
    Slots,

    /// <summary>The graph with attention of our own, which reads a group's shared prompt once. A graph that is not recognised is refused.</summary>
    Group,
}
