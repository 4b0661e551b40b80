using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

public sealed unsafe partial class SessionOptions
{
    /// <summary>
    /// Replaces weights that the model keeps in external files, by name. The session sees the new values before it optimises the graph, so
    /// weights that get folded or fused are replaced too, and it never opens the files if all their weights are given.
    /// </summary>
    /// <param name="names">Names of initializers with external data.</param>
    /// <param name="values">
    /// As many CPU tensors over memory of the caller (<see cref="OrtValue.CreateTensorWithData"/>), each with the shape and element type of
    /// the initializer it replaces. That memory must stay valid until the sessions created with these options exist: they copy it.
    /// </param>
    /// <exception cref="ArgumentException">Different numbers of names and values.</exception>
    /// <exception cref="OnnxRuntimeException">
    /// Here when a name is given twice or a tensor owns its memory. When the session is created: no such initializer, not external, or
    /// another shape or type.
    /// </exception>
    public void AddExternalInitializers(IReadOnlyList<string> names, IReadOnlyList<OrtValue> values)
    {
        if (names.Count != values.Count)
            throw new ArgumentException($"{names.Count} names but {values.Count} values.", nameof(values));
        using var options = Handle.Use();
        using var nameList = new NativeTextList(names);
        using var valueList = new OrtValueList(values);
        OrtStatus.Check(OrtApi.Instance->AddExternalInitializers(options.Value, nameList.Pointers, valueList.Pointers, nameList.Count));
    }

    /// <summary>
    /// Gives the whole content of the model's external data files from memory. The session takes each weight from it at the offset the model
    /// states, before it optimises the graph.
    /// </summary>
    /// <param name="files">Each file under the name by which the model refers to it.</param>
    /// <remarks>The memory must stay valid until the sessions created with these options exist: they copy it.</remarks>
    /// <exception cref="OnnxRuntimeException">
    /// Here when a name is given twice. When the session is created: the model needs a file that is not given, or more bytes than it has.
    /// </exception>
    public void AddExternalInitializersFromFilesInMemory(IReadOnlyList<ExternalInitializerFile> files)
    {
        using var options = Handle.Use();
        using var names = new NativeTextList(files.Select(static file => NativeText.EncodePath(file.Name)).ToArray());
        var data = files.Select(static file => file.Data).ToArray();
        var lengths = files.Select(static file => (nuint)file.Bytes).ToArray();
        fixed (nint* dataPointer = data)
        fixed (nuint* lengthPointer = lengths)
        {
            OrtStatus.Check(OrtApi.Instance->AddExternalInitializersFromFilesInMemory(
                options.Value, (void**)names.Pointers, dataPointer, lengthPointer, names.Count));
        }
    }
}
