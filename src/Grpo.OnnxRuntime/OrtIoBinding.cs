using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>
/// The inputs and outputs of a session's next runs, for <see cref="InferenceSession.RunWithBinding"/>. Binding a name again replaces what
/// was bound. Binding allocates nothing on the managed heap. Not for use by several threads at once.
/// </summary>
public sealed unsafe class OrtIoBinding : IDisposable
{
    private readonly InferenceSession _session;

    internal OrtIoBinding(InferenceSession session)
    {
        _session = session;
        using var owner = session.Handle.Use();
        nint binding;
        OrtStatus.Check(OrtApi.Instance->CreateIoBinding(owner.Value, &binding));
        Handle = new(binding, OrtApi.Instance->ReleaseIoBinding, session.Handle);
    }

    internal OrtHandle Handle { get; }

    /// <summary>Binds an input. A later run reads what the tensor's memory holds then.</summary>
    /// <exception cref="OnnxRuntimeException">
    /// The session has no such input. Call <see cref="ClearBoundInputs"/> before the binding is used again: ONNX Runtime leaves it
    /// inconsistent.
    /// </exception>
    public void BindInput(string name, OrtValue value) => Bind(OrtApi.Instance->BindInput, name, value);

    /// <summary>
    /// Binds an input over memory of the caller, without an <see cref="OrtValue"/> and so without garbage: for inputs whose shape changes at
    /// every step. Parameters as in <see cref="OrtValue.CreateTensorWithData"/>; the memory must stay valid while it is bound.
    /// </summary>
    /// <exception cref="OnnxRuntimeException">The session has no such input, or fewer bytes than the shape needs.</exception>
    public void BindInput(
        string name, OrtMemoryInfo memoryInfo, TensorElementType elementType, ReadOnlySpan<long> shape, nint data, long bytes) =>
        BindOwned(OrtApi.Instance->BindInput, name, OrtValue.CreateNativeTensorWithData(memoryInfo, elementType, shape, data, bytes));

    /// <summary>Binds an output to a tensor that the run writes into; its shape must be the one the run produces.</summary>
    /// <remarks>
    /// Bind the same tensor as input and output to let an operator update it in place. A name that the session does not have is refused by
    /// the run.
    /// </remarks>
    public void BindOutput(string name, OrtValue value) => Bind(OrtApi.Instance->BindOutput, name, value);

    /// <summary>Binds an output over memory of the caller, as the input overload does.</summary>
    /// <exception cref="OnnxRuntimeException">Fewer bytes than the shape needs.</exception>
    public void BindOutput(
        string name, OrtMemoryInfo memoryInfo, TensorElementType elementType, ReadOnlySpan<long> shape, nint data, long bytes) =>
        BindOwned(OrtApi.Instance->BindOutput, name, OrtValue.CreateNativeTensorWithData(memoryInfo, elementType, shape, data, bytes));

    /// <summary>Lets each run allocate this output in a place; read it with <see cref="GetOutputValues"/>.</summary>
    public void BindOutputToDevice(string name, OrtMemoryInfo memoryInfo)
    {
        using var binding = Handle.Use();
        using var place = memoryInfo.Handle.Use();
        fixed (byte* text = _session.EncodedName(name))
            OrtStatus.Check(OrtApi.Instance->BindOutputToDevice(binding.Value, text, place.Value));
    }

    /// <summary>The outputs of the last run, in the order they were bound; the caller disposes them.</summary>
    public OrtValue[] GetOutputValues()
    {
        using var binding = Handle.Use();
        nint* values;
        nuint count;
        OrtStatus.Check(OrtApi.Instance->GetBoundOutputValues(binding.Value, OrtAllocator.DefaultInstance.Pointer, &values, &count));
        var outputs = new OrtValue[(int)count];
        for (var index = 0; index < outputs.Length; index++)
            outputs[index] = new(values[index]);
        if (values is not null)
            OrtAllocator.DefaultInstance.Free(values);
        return outputs;
    }

    /// <summary>Forgets the bound inputs.</summary>
    public void ClearBoundInputs()
    {
        using var binding = Handle.Use();
        OrtApi.Instance->ClearBoundInputs(binding.Value);
    }

    /// <summary>Forgets the bound outputs.</summary>
    public void ClearBoundOutputs()
    {
        using var binding = Handle.Use();
        OrtApi.Instance->ClearBoundOutputs(binding.Value);
    }

    /// <summary>Waits until copies of the inputs to the device are done. Nothing to wait for on the CPU.</summary>
    public void SynchronizeBoundInputs()
    {
        using var binding = Handle.Use();
        OrtStatus.Check(OrtApi.Instance->SynchronizeBoundInputs(binding.Value));
    }

    /// <summary>Waits until the device has written the outputs. Nothing to wait for on the CPU.</summary>
    public void SynchronizeBoundOutputs()
    {
        using var binding = Handle.Use();
        OrtStatus.Check(OrtApi.Instance->SynchronizeBoundOutputs(binding.Value));
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private void Bind(delegate* unmanaged<nint, byte*, nint, nint> bind, string name, OrtValue value)
    {
        using var native = value.Handle.Use();
        Bind(bind, name, native.Value);
    }

    private void BindOwned(delegate* unmanaged<nint, byte*, nint, nint> bind, string name, nint value)
    {
        try
        {
            Bind(bind, name, value);
        }
        finally
        {
            OrtApi.Instance->ReleaseValue(value); // The binding holds its own reference.
        }
    }

    private void Bind(delegate* unmanaged<nint, byte*, nint, nint> bind, string name, nint value)
    {
        using var binding = Handle.Use();
        fixed (byte* text = _session.EncodedName(name))
            OrtStatus.Check(bind(binding.Value, text, value));
    }
}
