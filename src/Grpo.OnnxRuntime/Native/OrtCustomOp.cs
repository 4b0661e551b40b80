using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Grpo.OnnxRuntime.CustomOps;

namespace Grpo.OnnxRuntime.Native;

/// <summary>
/// The native <c>OrtCustomOp</c>: what ONNX Runtime asks of an operator. Functions that stay null are never asked for. Behind the native
/// fields lies what the functions answer from.
/// </summary>
/// <remarks>Managed code ends at every function here: what it throws becomes a status, and nothing that cannot fail runs managed code of others.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OrtCustomOp
{
    private const int Required = 0, Optional = 1;

    private uint _version;
    private nint _createKernel;
    private delegate* unmanaged<OrtCustomOp*, byte*> _getName;
    private delegate* unmanaged<OrtCustomOp*, byte*> _getExecutionProviderType;
    private delegate* unmanaged<OrtCustomOp*, nuint, TensorElementType> _getInputType;
    private delegate* unmanaged<OrtCustomOp*, nuint> _getInputTypeCount;
    private delegate* unmanaged<OrtCustomOp*, nuint, TensorElementType> _getOutputType;
    private delegate* unmanaged<OrtCustomOp*, nuint> _getOutputTypeCount;
    private nint _kernelCompute;
    private delegate* unmanaged<nint, void> _kernelDestroy;
    private delegate* unmanaged<OrtCustomOp*, nuint, int> _getInputCharacteristic;
    private delegate* unmanaged<OrtCustomOp*, nuint, int> _getOutputCharacteristic;
    private delegate* unmanaged<OrtCustomOp*, nuint, OrtMemType> _getInputMemoryType;
    private delegate* unmanaged<OrtCustomOp*, int> _getVariadicInputMinArity;
    private delegate* unmanaged<OrtCustomOp*, int> _getVariadicInputHomogeneity;
    private delegate* unmanaged<OrtCustomOp*, int> _getVariadicOutputMinArity;
    private delegate* unmanaged<OrtCustomOp*, int> _getVariadicOutputHomogeneity;
    private delegate* unmanaged<OrtCustomOp*, nint, nint, nint*, nint> _createKernelV2;
    private delegate* unmanaged<nint, nint, nint> _kernelComputeV2;
    private nint _inferOutputShape;
    private delegate* unmanaged<OrtCustomOp*, int> _getStartVersion;
    private delegate* unmanaged<OrtCustomOp*, int> _getEndVersion;
    private nint _getMayInplace;
    private nint _releaseMayInplace;
    private nint _getAliasMap;
    private nint _releaseAliasMap;

    private nint _operator;
    private byte* _name;
    private CustomOpParameter* _parameters;
    private nuint _inputs;
    private nuint _outputs;

    /// <summary>Describes an operator; never freed.</summary>
    public static OrtCustomOp* Create(CustomOp op)
    {
        var native = (OrtCustomOp*)NativeMemory.AllocZeroed((nuint)sizeof(OrtCustomOp));
        native->_version = OrtApi.RequiredVersion;
        native->_getName = &GetName;
        native->_getExecutionProviderType = &GetExecutionProviderType;
        native->_getInputType = &GetInputType;
        native->_getInputTypeCount = &GetInputTypeCount;
        native->_getOutputType = &GetOutputType;
        native->_getOutputTypeCount = &GetOutputTypeCount;
        native->_kernelDestroy = &KernelDestroy;
        native->_getInputCharacteristic = &GetInputCharacteristic;
        native->_getOutputCharacteristic = &GetOutputCharacteristic;
        native->_getInputMemoryType = &GetInputMemoryType;
        native->_getVariadicInputMinArity = native->_getVariadicInputHomogeneity = &Zero;
        native->_getVariadicOutputMinArity = native->_getVariadicOutputHomogeneity = &Zero;
        native->_createKernelV2 = &CreateKernel;
        native->_kernelComputeV2 = &KernelCompute;
        native->_getStartVersion = &GetStartVersion;
        native->_getEndVersion = &GetEndVersion;
        native->_operator = GCHandle.ToIntPtr(GCHandle.Alloc(op));
        native->_name = Copy(NativeText.Encode(op.Name));
        native->_parameters = Copy<CustomOpParameter>([.. op.Inputs, .. op.Outputs]);
        (native->_inputs, native->_outputs) = ((nuint)op.Inputs.Count, (nuint)op.Outputs.Count);
        return native;
    }

    private static T* Copy<T>(T[] elements)
        where T : unmanaged
    {
        var copy = (T*)NativeMemory.Alloc((nuint)elements.Length, (nuint)sizeof(T));
        elements.CopyTo(new Span<T>(copy, elements.Length));
        return copy;
    }

    [UnmanagedCallersOnly]
    private static nint CreateKernel(OrtCustomOp* op, nint api, nint info, nint* kernel)
    {
        try
        {
            var created = ((CustomOp)GCHandle.FromIntPtr(op->_operator).Target!).CreateKernel(new KernelAttributes(info));
            *kernel = GCHandle.ToIntPtr(GCHandle.Alloc(created));
            return 0;
        }
#pragma warning disable CA1031 // No exception may pass through native frames: it would end the process.
        catch (Exception exception)
        {
            return OrtStatus.From(exception);
        }
#pragma warning restore CA1031
    }

    [UnmanagedCallersOnly]
    private static nint KernelCompute(nint kernel, nint context)
    {
        try
        {
            Unsafe.As<CustomOpKernel>(GCHandle.FromIntPtr(kernel).Target!).Compute(new KernelContext(context));
            return 0;
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
        {
            return OrtStatus.From(exception);
        }
#pragma warning restore CA1031
    }

    [UnmanagedCallersOnly]
    private static void KernelDestroy(nint kernel)
    {
        if (kernel != 0)
            GCHandle.FromIntPtr(kernel).Free();
    }

    [UnmanagedCallersOnly]
    private static byte* GetName(OrtCustomOp* op) => op->_name;

    // Null is the CPU provider.
    [UnmanagedCallersOnly]
    private static byte* GetExecutionProviderType(OrtCustomOp* op) => null;

    [UnmanagedCallersOnly]
    private static TensorElementType GetInputType(OrtCustomOp* op, nuint index) => op->_parameters[index].ElementType;

    [UnmanagedCallersOnly]
    private static nuint GetInputTypeCount(OrtCustomOp* op) => op->_inputs;

    [UnmanagedCallersOnly]
    private static TensorElementType GetOutputType(OrtCustomOp* op, nuint index) => op->_parameters[op->_inputs + index].ElementType;

    [UnmanagedCallersOnly]
    private static nuint GetOutputTypeCount(OrtCustomOp* op) => op->_outputs;

    [UnmanagedCallersOnly]
    private static int GetInputCharacteristic(OrtCustomOp* op, nuint index) => op->_parameters[index].IsOptional ? Optional : Required;

    [UnmanagedCallersOnly]
    private static int GetOutputCharacteristic(OrtCustomOp* op, nuint index) => op->_parameters[op->_inputs + index].IsOptional ? Optional : Required;

    [UnmanagedCallersOnly]
    private static OrtMemType GetInputMemoryType(OrtCustomOp* op, nuint index) => OrtMemType.Default;

    [UnmanagedCallersOnly]
    private static int Zero(OrtCustomOp* op) => 0;

    [UnmanagedCallersOnly]
    private static int GetStartVersion(OrtCustomOp* op) => 1;

    [UnmanagedCallersOnly]
    private static int GetEndVersion(OrtCustomOp* op) => int.MaxValue;
}
