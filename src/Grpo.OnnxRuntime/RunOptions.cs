using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>Options of one or more runs of a session.</summary>
public sealed unsafe class RunOptions : IDisposable
{
    private volatile bool _terminate;

    /// <summary>Default options.</summary>
    public RunOptions()
    {
        nint options;
        OrtStatus.Check(OrtApi.Instance->CreateRunOptions(&options));
        Handle = new(options, OrtApi.Instance->ReleaseRunOptions);
    }

    /// <summary>
    /// Set to true, from any thread, to make the runs that use these options fail before their next node; set to false before another run.
    /// </summary>
    public bool Terminate
    {
        get => _terminate;
        set
        {
            using var options = Handle.Use();
            var api = OrtApi.Instance;
            OrtStatus.Check(value ? api->RunOptionsSetTerminate(options.Value) : api->RunOptionsUnsetTerminate(options.Value));
            _terminate = value;
        }
    }

    internal OrtHandle Handle { get; }

    /// <summary>Sets a run option by its ONNX Runtime key, for example <c>memory.enable_memory_arena_shrinkage</c> = <c>cpu:0</c>.</summary>
    public void AddRunConfigEntry(string key, string value)
    {
        using var options = Handle.Use();
        fixed (byte* keyText = NativeText.Encode(key), valueText = NativeText.Encode(value))
            OrtStatus.Check(OrtApi.Instance->AddRunConfigEntry(options.Value, keyText, valueText));
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
