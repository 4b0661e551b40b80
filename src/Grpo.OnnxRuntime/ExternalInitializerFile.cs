namespace Grpo.OnnxRuntime;

/// <summary>The content of an external data file of a model, in memory of the caller.</summary>
/// <param name="Name">The file name as the model states it, for example "model.onnx_data".</param>
/// <param name="Data">Address of the first byte.</param>
/// <param name="Bytes">Length of the file.</param>
public readonly record struct ExternalInitializerFile(string Name, nint Data, long Bytes);
