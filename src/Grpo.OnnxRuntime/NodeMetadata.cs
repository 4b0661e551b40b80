namespace Grpo.OnnxRuntime;

/// <summary>What a model says about one of its inputs or outputs.</summary>
public sealed record NodeMetadata
{
    /// <summary>The element type; <see cref="TensorElementType.Undefined"/> when the node is not a tensor.</summary>
    public required TensorElementType ElementType { get; init; }

    /// <summary>One number per axis, -1 where the length is symbolic; empty for a scalar.</summary>
    public required long[] Dimensions { get; init; }

    /// <summary>One name per axis, such as "batch_size"; empty text where the length is a number or has no name.</summary>
    public required string[] SymbolicDimensions { get; init; }
}
