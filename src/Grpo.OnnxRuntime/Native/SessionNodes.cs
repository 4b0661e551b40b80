using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>Reads the inputs or the outputs of a session, in the model's own order.</summary>
internal static unsafe class SessionNodes
{
    public static OrderedDictionary<string, NodeMetadata> Inputs(nint session)
    {
        var api = OrtApi.Instance;
        return Read(session, api->SessionGetInputCount, api->SessionGetInputName, api->SessionGetInputTypeInfo);
    }

    public static OrderedDictionary<string, NodeMetadata> Outputs(nint session)
    {
        var api = OrtApi.Instance;
        return Read(session, api->SessionGetOutputCount, api->SessionGetOutputName, api->SessionGetOutputTypeInfo);
    }

    private static OrderedDictionary<string, NodeMetadata> Read(
        nint session,
        delegate* unmanaged<nint, nuint*, nint> getCount,
        delegate* unmanaged<nint, nuint, nint, byte**, nint> getName,
        delegate* unmanaged<nint, nuint, nint*, nint> getTypeInfo)
    {
        nuint count;
        OrtStatus.Check(getCount(session, &count));
        var nodes = new OrderedDictionary<string, NodeMetadata>((int)count);
        for (nuint index = 0; index < count; index++)
        {
            nint typeInfo;
            OrtStatus.Check(getTypeInfo(session, index, &typeInfo));
            using var type = new OrtHandle(typeInfo, OrtApi.Instance->ReleaseTypeInfo);
            nodes.Add(Name(session, index, getName), Metadata(typeInfo));
        }

        return nodes;
    }

    private static string Name(nint session, nuint index, delegate* unmanaged<nint, nuint, nint, byte**, nint> getName)
    {
        var allocator = OrtAllocator.DefaultInstance;
        byte* name;
        OrtStatus.Check(getName(session, index, allocator.Pointer, &name));
        var text = Marshal.PtrToStringUTF8((nint)name)!;
        allocator.Free(name);
        return text;
    }

    private static NodeMetadata Metadata(nint typeInfo)
    {
        nint tensor; // Borrowed from typeInfo; null when the node is a sequence, a map or an optional.
        OrtStatus.Check(OrtApi.Instance->CastTypeInfoToTensorInfo(typeInfo, &tensor));
        return tensor == 0
            ? new() { ElementType = TensorElementType.Undefined, Dimensions = [], SymbolicDimensions = [] }
            : new()
            {
                ElementType = TensorTypeAndShape.ElementType(tensor),
                Dimensions = TensorTypeAndShape.Dimensions(tensor),
                SymbolicDimensions = TensorTypeAndShape.SymbolicDimensions(tensor),
            };
    }
}
