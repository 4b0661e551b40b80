using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>A loaded model. Runs may overlap on several threads.</summary>
public sealed unsafe class InferenceSession : IDisposable
{
    private readonly Dictionary<string, byte[]> _encodedNames;

    /// <summary>Loads a model file; its external data files are found beside it.</summary>
    /// <exception cref="OnnxRuntimeException">The file is missing or not a valid model, or the options do not fit it.</exception>
    public InferenceSession(string path, SessionOptions options)
        : this(Create(path, options))
    {
    }

    /// <summary>Loads a model from the bytes of its file, which are not needed after this call.</summary>
    /// <exception cref="OnnxRuntimeException">The bytes are not a valid model, or the options do not fit it.</exception>
    public InferenceSession(ReadOnlySpan<byte> model, SessionOptions options)
        : this(Create(model, options))
    {
    }

    private InferenceSession(OrtHandle handle)
    {
        Handle = handle;
        using var session = handle.Use();
        var inputs = SessionNodes.Inputs(session.Value);
        var outputs = SessionNodes.Outputs(session.Value);
        (InputMetadata, InputNames) = (inputs, [.. inputs.Keys]);
        (OutputMetadata, OutputNames) = (outputs, [.. outputs.Keys]);
        _encodedNames = InputNames.Concat(OutputNames).Distinct().ToDictionary(static name => name, NativeText.Encode);
    }

    /// <summary>The inputs in the model's own order.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> InputMetadata { get; }

    /// <summary>The outputs in the model's own order.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> OutputMetadata { get; }

    /// <summary>The names of the inputs in the model's own order.</summary>
    public IReadOnlyList<string> InputNames { get; }

    /// <summary>The names of the outputs in the model's own order.</summary>
    public IReadOnlyList<string> OutputNames { get; }

    internal OrtHandle Handle { get; }

    /// <summary>Runs the model once.</summary>
    /// <param name="runOptions">Null for the defaults.</param>
    /// <param name="inputNames">Names of the inputs given.</param>
    /// <param name="inputs">As many values.</param>
    /// <param name="outputNames">The outputs wanted.</param>
    /// <returns>The outputs in the order of <paramref name="outputNames"/>; the caller disposes them. They may outlive the session.</returns>
    /// <exception cref="ArgumentException">Different numbers of input names and inputs.</exception>
    /// <exception cref="OnnxRuntimeException">A name, shape or type does not fit the model, or the run failed or was terminated.</exception>
    public OrtValue[] Run(
        RunOptions? runOptions, IReadOnlyList<string> inputNames, IReadOnlyList<OrtValue> inputs, IReadOnlyList<string> outputNames)
    {
        if (inputNames.Count != inputs.Count)
            throw new ArgumentException($"{inputNames.Count} input names but {inputs.Count} inputs.", nameof(inputs));
        using var session = Handle.Use();
        using var options = runOptions is null ? default : runOptions.Handle.Use();
        using var inputNameList = new NativeTextList(inputNames.Select(EncodedName).ToArray());
        using var outputNameList = new NativeTextList(outputNames.Select(EncodedName).ToArray());
        using var inputList = new OrtValueList(inputs);
        var outputs = new nint[outputNames.Count];
        fixed (nint* outputList = outputs)
        {
            OrtStatus.Check(OrtApi.Instance->Run(
                session.Value,
                options.Value,
                inputNameList.Pointers,
                inputList.Pointers,
                inputNameList.Count,
                outputNameList.Pointers,
                outputNameList.Count,
                outputList));
        }

        return Array.ConvertAll(outputs, static output => new OrtValue(output));
    }

    /// <summary>A set of inputs and outputs for <see cref="RunWithBinding"/>, to be filled and then reused from run to run.</summary>
    public OrtIoBinding CreateIoBinding() => new(this);

    /// <summary>Runs the model once with the bound inputs and outputs. Allocates nothing on the managed heap.</summary>
    /// <param name="runOptions">Null for the defaults.</param>
    /// <param name="binding">A binding of this session, used by one run at a time.</param>
    /// <exception cref="OnnxRuntimeException">An input is missing, a shape or type does not fit the model, or the run failed or was terminated.</exception>
    public void RunWithBinding(RunOptions? runOptions, OrtIoBinding binding)
    {
        using var session = Handle.Use();
        using var options = runOptions is null ? default : runOptions.Handle.Use();
        using var bound = binding.Handle.Use();
        OrtStatus.Check(OrtApi.Instance->RunWithBinding(session.Value, options.Value, bound.Value));
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>The native form of a name, without allocation for the model's own. Another name is passed on for the library to refuse.</summary>
    internal byte[] EncodedName(string name) => _encodedNames.TryGetValue(name, out var encoded) ? encoded : NativeText.Encode(name);

    private static OrtHandle Create(string path, SessionOptions options)
    {
        using var env = OrtEnv.Instance.Handle.Use();
        using var sessionOptions = options.Handle.Use();
        nint session;
        fixed (byte* text = NativeText.EncodePath(path))
            OrtStatus.Check(OrtApi.Instance->CreateSession(env.Value, text, sessionOptions.Value, &session));
        return new(session, OrtApi.Instance->ReleaseSession);
    }

    private static OrtHandle Create(ReadOnlySpan<byte> model, SessionOptions options)
    {
        using var env = OrtEnv.Instance.Handle.Use();
        using var sessionOptions = options.Handle.Use();
        nint session;
        fixed (byte* bytes = model)
            OrtStatus.Check(OrtApi.Instance->CreateSessionFromArray(env.Value, bytes, (nuint)model.Length, sessionOptions.Value, &session));
        return new(session, OrtApi.Instance->ReleaseSession);
    }
}
