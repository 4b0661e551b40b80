using Grpo.OnnxRuntime.CustomOps;
using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>How a session is created. May be disposed as soon as the session exists.</summary>
public sealed unsafe partial class SessionOptions : IDisposable
{
    /// <summary>ONNX Runtime's defaults.</summary>
    public SessionOptions()
    {
        _ = OrtEnv.Instance; // Execution providers log while they are added, which needs the environment.
        nint options;
        OrtStatus.Check(OrtApi.Instance->CreateSessionOptions(&options));
        Handle = new(options, OrtApi.Instance->ReleaseSessionOptions);
    }

    /// <summary>How far the graph is rewritten at load; everything by default.</summary>
    public GraphOptimizationLevel GraphOptimizationLevel
    {
        get;
        set
        {
            using var options = Handle.Use();
            OrtStatus.Check(OrtApi.Instance->SetSessionGraphOptimizationLevel(options.Value, value));
            field = value;
        }
    } = GraphOptimizationLevel.EnableAll;

    /// <summary>Threads inside one operator; 0 (the default) means one per physical core.</summary>
    public int IntraOpNumThreads
    {
        get;
        set
        {
            using var options = Handle.Use();
            OrtStatus.Check(OrtApi.Instance->SetIntraOpNumThreads(options.Value, value));
            field = value;
        }
    }

    /// <summary>Threads across operators, used by graphs that run in parallel mode only; 0 (the default) means one per physical core.</summary>
    public int InterOpNumThreads
    {
        get;
        set
        {
            using var options = Handle.Use();
            OrtStatus.Check(OrtApi.Instance->SetInterOpNumThreads(options.Value, value));
            field = value;
        }
    }

    /// <summary>Whether CPU memory comes from an arena that keeps what was freed; true by default.</summary>
    public bool EnableCpuMemArena
    {
        get;
        set
        {
            using var options = Handle.Use();
            var api = OrtApi.Instance;
            OrtStatus.Check(value ? api->EnableCpuMemArena(options.Value) : api->DisableCpuMemArena(options.Value));
            field = value;
        }
    } = true;

    /// <summary>Whether a run's allocations are planned from earlier runs with the same input shapes; true by default.</summary>
    public bool EnableMemoryPattern
    {
        get;
        set
        {
            using var options = Handle.Use();
            var api = OrtApi.Instance;
            OrtStatus.Check(value ? api->EnableMemPattern(options.Value) : api->DisableMemPattern(options.Value));
            field = value;
        }
    } = true;

    internal OrtHandle Handle { get; }

    /// <summary>Sets a session option by its ONNX Runtime key, for example <c>session.intra_op.allow_spinning</c> = <c>0</c>.</summary>
    public void AddSessionConfigEntry(string key, string value)
    {
        using var options = Handle.Use();
        fixed (byte* keyText = NativeText.Encode(key), valueText = NativeText.Encode(value))
            OrtStatus.Check(OrtApi.Instance->AddSessionConfigEntry(options.Value, keyText, valueText));
    }

    /// <summary>Fixes a symbolic dimension, for example "batch_size", to <paramref name="value"/> for the whole graph.</summary>
    public void AddFreeDimensionOverrideByName(string name, long value)
    {
        using var options = Handle.Use();
        fixed (byte* text = NativeText.Encode(name))
            OrtStatus.Check(OrtApi.Instance->AddFreeDimensionOverrideByName(options.Value, text, value));
    }

    /// <summary>Makes operators of our own known to the sessions created with these options.</summary>
    public void AddCustomOpDomain(CustomOpDomain domain)
    {
        using var options = Handle.Use();
        OrtStatus.Check(OrtApi.Instance->AddCustomOpDomain(options.Value, domain.Pointer));
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
