namespace Grpo.OnnxRuntime.CustomOps;

/// <summary>An operator that a model may use and this program computes, on the CPU.</summary>
public abstract class CustomOp
{
    /// <summary>Its name within its domain: <c>NodeProto.op_type</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Its inputs in order.</summary>
    public abstract IReadOnlyList<CustomOpParameter> Inputs { get; }

    /// <summary>Its outputs in order.</summary>
    public abstract IReadOnlyList<CustomOpParameter> Outputs { get; }

    /// <summary>Makes the kernel of one node, while a session is created.</summary>
    /// <param name="attributes">The node's attributes; valid during this call.</param>
    /// <exception cref="Exception">The session is not created; its exception carries the message of this one.</exception>
    public abstract CustomOpKernel CreateKernel(KernelAttributes attributes);
}

/// <summary>An input or output of an operator.</summary>
/// <param name="ElementType">Its element type.</param>
/// <param name="IsOptional">Whether a node may leave it out.</param>
public readonly record struct CustomOpParameter(TensorElementType ElementType, bool IsOptional = false);

/// <summary>One node's share of an operator. Runs of a session may overlap, and so may calls to <see cref="Compute"/>.</summary>
public abstract class CustomOpKernel
{
    /// <summary>Reads the inputs and writes the outputs of one run.</summary>
    /// <param name="context">Valid during this call.</param>
    /// <exception cref="Exception">The run fails; its exception carries the message of this one.</exception>
    public abstract void Compute(KernelContext context);
}
