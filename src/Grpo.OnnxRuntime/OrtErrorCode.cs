namespace Grpo.OnnxRuntime;

/// <summary>Why a native call failed (<c>OrtErrorCode</c> of the C API).</summary>
public enum OrtErrorCode
{
    /// <summary>No error.</summary>
    Ok,

    /// <summary>A failure without a code of its own; the message says which.</summary>
    Fail,

    /// <summary>An argument is wrong: a name, a shape, an element type, an option.</summary>
    InvalidArgument,

    /// <summary>A file does not exist.</summary>
    NoSuchFile,

    /// <summary>There is no model.</summary>
    NoModel,

    /// <summary>The engine failed.</summary>
    EngineError,

    /// <summary>An exception inside ONNX Runtime while running.</summary>
    RuntimeException,

    /// <summary>The model file is not a valid ONNX file.</summary>
    InvalidProtobuf,

    /// <summary>The session has a model already.</summary>
    ModelLoaded,

    /// <summary>This build of ONNX Runtime cannot do that.</summary>
    NotImplemented,

    /// <summary>The graph of the model is invalid.</summary>
    InvalidGraph,

    /// <summary>An execution provider failed.</summary>
    ExecutionProviderFail,

    /// <summary>Loading the model was cancelled.</summary>
    ModelLoadCanceled,

    /// <summary>The model must be compiled for its execution provider first.</summary>
    ModelRequiresCompilation,

    /// <summary>Something asked for by name does not exist.</summary>
    NotFound,
}
