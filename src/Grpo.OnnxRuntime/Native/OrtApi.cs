using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>
/// A view over the native <c>OrtApi</c> function table, with the functions this binding calls and nothing else. ONNX Runtime appends to
/// the table and never moves an entry, so an index holds for every later version. "since n" is the API version (ONNX Runtime 1.n) that
/// added the function.
/// </summary>
/// <remarks>
/// Signatures are the C ones with every pointer to an opaque type as <see cref="nint"/> and <c>size_t</c> as <see cref="nuint"/>.
/// A returned <see cref="nint"/> is an <c>OrtStatus*</c> and goes through <see cref="OrtStatus.Check"/>.
/// </remarks>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct OrtApi
{
    /// <summary>The highest "since" below: the oldest API version that has every function used here.</summary>
    public const uint RequiredVersion = 18;

    // Bytes per table entry. ONNX Runtime is built for 64-bit processors only.
    private const int Entry = 8;

    private static readonly Lazy<nint> Loaded = new(static () => NativeOnnxRuntime.Instance.GetApi(RequiredVersion));

    /// <summary>The table of the loaded library. Throws as <see cref="NativeOnnxRuntime"/> does, at every use, when there is none.</summary>
    public static OrtApi* Instance => (OrtApi*)Loaded.Value;

    // Status and environment.
    [FieldOffset(Entry * 0)] public readonly delegate* unmanaged<OrtErrorCode, byte*, nint> CreateStatus; // since 1
    [FieldOffset(Entry * 1)] public readonly delegate* unmanaged<nint, OrtErrorCode> GetErrorCode; // since 1
    [FieldOffset(Entry * 2)] public readonly delegate* unmanaged<nint, byte*> GetErrorMessage; // since 1
    [FieldOffset(Entry * 3)] public readonly delegate* unmanaged<int, byte*, nint*, nint> CreateEnv; // since 1
    [FieldOffset(Entry * 92)] public readonly delegate* unmanaged<nint, void> ReleaseEnv; // since 1
    [FieldOffset(Entry * 93)] public readonly delegate* unmanaged<nint, void> ReleaseStatus; // since 1

    // Session.
    [FieldOffset(Entry * 7)] public readonly delegate* unmanaged<nint, void*, nint, nint*, nint> CreateSession; // since 1
    [FieldOffset(Entry * 8)] public readonly delegate* unmanaged<nint, void*, nuint, nint, nint*, nint> CreateSessionFromArray; // since 1
    [FieldOffset(Entry * 9)] public readonly delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint> Run; // since 1
    [FieldOffset(Entry * 30)] public readonly delegate* unmanaged<nint, nuint*, nint> SessionGetInputCount; // since 1
    [FieldOffset(Entry * 31)] public readonly delegate* unmanaged<nint, nuint*, nint> SessionGetOutputCount; // since 1
    [FieldOffset(Entry * 33)] public readonly delegate* unmanaged<nint, nuint, nint*, nint> SessionGetInputTypeInfo; // since 1
    [FieldOffset(Entry * 34)] public readonly delegate* unmanaged<nint, nuint, nint*, nint> SessionGetOutputTypeInfo; // since 1
    [FieldOffset(Entry * 36)] public readonly delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetInputName; // since 1
    [FieldOffset(Entry * 37)] public readonly delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetOutputName; // since 1
    [FieldOffset(Entry * 95)] public readonly delegate* unmanaged<nint, void> ReleaseSession; // since 1

    // Session options.
    [FieldOffset(Entry * 10)] public readonly delegate* unmanaged<nint*, nint> CreateSessionOptions; // since 1
    [FieldOffset(Entry * 16)] public readonly delegate* unmanaged<nint, nint> EnableMemPattern; // since 1
    [FieldOffset(Entry * 17)] public readonly delegate* unmanaged<nint, nint> DisableMemPattern; // since 1
    [FieldOffset(Entry * 18)] public readonly delegate* unmanaged<nint, nint> EnableCpuMemArena; // since 1
    [FieldOffset(Entry * 19)] public readonly delegate* unmanaged<nint, nint> DisableCpuMemArena; // since 1
    [FieldOffset(Entry * 23)] public readonly delegate* unmanaged<nint, GraphOptimizationLevel, nint> SetSessionGraphOptimizationLevel; // since 1
    [FieldOffset(Entry * 24)] public readonly delegate* unmanaged<nint, int, nint> SetIntraOpNumThreads; // since 1
    [FieldOffset(Entry * 25)] public readonly delegate* unmanaged<nint, int, nint> SetInterOpNumThreads; // since 1
    [FieldOffset(Entry * 100)] public readonly delegate* unmanaged<nint, void> ReleaseSessionOptions; // since 1
    [FieldOffset(Entry * 124)] public readonly delegate* unmanaged<nint, byte*, long, nint> AddFreeDimensionOverrideByName; // since 3
    [FieldOffset(Entry * 130)] public readonly delegate* unmanaged<nint, byte*, byte*, nint> AddSessionConfigEntry; // since 5
    [FieldOffset(Entry * 204)] public readonly delegate* unmanaged<nint, nint, nint> AppendExecutionProviderCudaV2; // since 11
    [FieldOffset(Entry * 205)] public readonly delegate* unmanaged<nint*, nint> CreateCudaProviderOptions; // since 11
    [FieldOffset(Entry * 206)] public readonly delegate* unmanaged<nint, byte**, byte**, nuint, nint> UpdateCudaProviderOptions; // since 11
    [FieldOffset(Entry * 208)] public readonly delegate* unmanaged<nint, void> ReleaseCudaProviderOptions; // since 11
    [FieldOffset(Entry * 210)] public readonly delegate* unmanaged<nint, byte**, nint*, nuint, nint> AddExternalInitializers; // since 12
    [FieldOffset(Entry * 216)] public readonly delegate* unmanaged<nint, byte*, byte**, byte**, nuint, nint> AppendExecutionProvider; // since 12
    [FieldOffset(Entry * 279)] public readonly delegate* unmanaged<nint, void**, nint*, nuint*, nuint, nint> AddExternalInitializersFromFilesInMemory; // since 18

    // Run options.
    [FieldOffset(Entry * 39)] public readonly delegate* unmanaged<nint*, nint> CreateRunOptions; // since 1
    [FieldOffset(Entry * 46)] public readonly delegate* unmanaged<nint, nint> RunOptionsSetTerminate; // since 1
    [FieldOffset(Entry * 47)] public readonly delegate* unmanaged<nint, nint> RunOptionsUnsetTerminate; // since 1
    [FieldOffset(Entry * 97)] public readonly delegate* unmanaged<nint, void> ReleaseRunOptions; // since 1
    [FieldOffset(Entry * 165)] public readonly delegate* unmanaged<nint, byte*, byte*, nint> AddRunConfigEntry; // since 8

    // Values, their types, and where they live.
    [FieldOffset(Entry * 48)] public readonly delegate* unmanaged<nint, long*, nuint, TensorElementType, nint*, nint> CreateTensorAsOrtValue; // since 1
    [FieldOffset(Entry * 49)] public readonly delegate* unmanaged<nint, nint, nuint, long*, nuint, TensorElementType, nint*, nint> CreateTensorWithDataAsOrtValue; // since 1
    [FieldOffset(Entry * 51)] public readonly delegate* unmanaged<nint, nint*, nint> GetTensorMutableData; // since 1
    [FieldOffset(Entry * 55)] public readonly delegate* unmanaged<nint, nint*, nint> CastTypeInfoToTensorInfo; // since 1
    [FieldOffset(Entry * 60)] public readonly delegate* unmanaged<nint, TensorElementType*, nint> GetTensorElementType; // since 1
    [FieldOffset(Entry * 61)] public readonly delegate* unmanaged<nint, nuint*, nint> GetDimensionsCount; // since 1
    [FieldOffset(Entry * 62)] public readonly delegate* unmanaged<nint, long*, nuint, nint> GetDimensions; // since 1
    [FieldOffset(Entry * 63)] public readonly delegate* unmanaged<nint, byte**, nuint, nint> GetSymbolicDimensions; // since 1
    [FieldOffset(Entry * 65)] public readonly delegate* unmanaged<nint, nint*, nint> GetTensorTypeAndShape; // since 1
    [FieldOffset(Entry * 96)] public readonly delegate* unmanaged<nint, void> ReleaseValue; // since 1
    [FieldOffset(Entry * 98)] public readonly delegate* unmanaged<nint, void> ReleaseTypeInfo; // since 1
    [FieldOffset(Entry * 99)] public readonly delegate* unmanaged<nint, void> ReleaseTensorTypeAndShapeInfo; // since 1
    [FieldOffset(Entry * 194)] public readonly delegate* unmanaged<nint, nint*, nint> GetTensorMemoryInfo; // since 10
    [FieldOffset(Entry * 225)] public readonly delegate* unmanaged<nint, int*, void> MemoryInfoGetDeviceType; // since 14

    // Memory.
    [FieldOffset(Entry * 68)] public readonly delegate* unmanaged<byte*, OrtAllocatorType, int, OrtMemType, nint*, nint> CreateMemoryInfo; // since 1
    [FieldOffset(Entry * 76)] public readonly delegate* unmanaged<nint, void*, nint> AllocatorFree; // since 1
    [FieldOffset(Entry * 78)] public readonly delegate* unmanaged<nint*, nint> GetAllocatorWithDefaultOptions; // since 1
    [FieldOffset(Entry * 94)] public readonly delegate* unmanaged<nint, void> ReleaseMemoryInfo; // since 1
    [FieldOffset(Entry * 131)] public readonly delegate* unmanaged<nint, nint, nint*, nint> CreateAllocator; // since 5
    [FieldOffset(Entry * 132)] public readonly delegate* unmanaged<nint, void> ReleaseAllocator; // since 5

    // Input and output binding.
    [FieldOffset(Entry * 133)] public readonly delegate* unmanaged<nint, nint, nint, nint> RunWithBinding; // since 5
    [FieldOffset(Entry * 134)] public readonly delegate* unmanaged<nint, nint*, nint> CreateIoBinding; // since 5
    [FieldOffset(Entry * 135)] public readonly delegate* unmanaged<nint, void> ReleaseIoBinding; // since 5
    [FieldOffset(Entry * 136)] public readonly delegate* unmanaged<nint, byte*, nint, nint> BindInput; // since 5
    [FieldOffset(Entry * 137)] public readonly delegate* unmanaged<nint, byte*, nint, nint> BindOutput; // since 5
    [FieldOffset(Entry * 138)] public readonly delegate* unmanaged<nint, byte*, nint, nint> BindOutputToDevice; // since 5
    [FieldOffset(Entry * 140)] public readonly delegate* unmanaged<nint, nint, nint**, nuint*, nint> GetBoundOutputValues; // since 5
    [FieldOffset(Entry * 141)] public readonly delegate* unmanaged<nint, void> ClearBoundInputs; // since 5
    [FieldOffset(Entry * 142)] public readonly delegate* unmanaged<nint, void> ClearBoundOutputs; // since 5
    [FieldOffset(Entry * 202)] public readonly delegate* unmanaged<nint, nint> SynchronizeBoundInputs; // since 10
    [FieldOffset(Entry * 203)] public readonly delegate* unmanaged<nint, nint> SynchronizeBoundOutputs; // since 10

    // Operators of our own.
    [FieldOffset(Entry * 26)] public readonly delegate* unmanaged<byte*, nint*, nint> CreateCustomOpDomain; // since 1
    [FieldOffset(Entry * 27)] public readonly delegate* unmanaged<nint, OrtCustomOp*, nint> CustomOpDomainAdd; // since 1
    [FieldOffset(Entry * 28)] public readonly delegate* unmanaged<nint, nint, nint> AddCustomOpDomain; // since 1
    [FieldOffset(Entry * 85)] public readonly delegate* unmanaged<nint, byte*, float*, nint> KernelInfoGetAttributeFloat; // since 1
    [FieldOffset(Entry * 86)] public readonly delegate* unmanaged<nint, byte*, long*, nint> KernelInfoGetAttributeInt64; // since 1
    [FieldOffset(Entry * 88)] public readonly delegate* unmanaged<nint, nuint*, nint> KernelContextGetInputCount; // since 1
    [FieldOffset(Entry * 90)] public readonly delegate* unmanaged<nint, nuint, nint*, nint> KernelContextGetInput; // since 1
    [FieldOffset(Entry * 91)] public readonly delegate* unmanaged<nint, nuint, long*, nuint, nint*, nint> KernelContextGetOutput; // since 1
    [FieldOffset(Entry * 274)] public readonly delegate* unmanaged<nint, delegate* unmanaged<void*, nuint, void>, nuint, nuint, void*, nint> KernelContextParallelFor; // since 17
}
