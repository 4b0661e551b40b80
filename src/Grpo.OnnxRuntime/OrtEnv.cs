using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime;

/// <summary>The process-wide state of ONNX Runtime. Sessions use it without being told.</summary>
public sealed unsafe class OrtEnv
{
    private const int WarningSeverity = 2;

    private static readonly Lazy<OrtEnv> Created = new(static () => new());

    private OrtEnv()
    {
        nint env;
        fixed (byte* logId = "grpo"u8)
            OrtStatus.Check(OrtApi.Instance->CreateEnv(WarningSeverity, logId, &env));
        Handle = new(env, OrtApi.Instance->ReleaseEnv);
    }

    /// <summary>The one environment, created on first use. It logs warnings and errors to standard error and lives until the process ends.</summary>
    /// <exception cref="DllNotFoundException">The native library is not beside the application; the message says how to get it.</exception>
    /// <exception cref="OnnxRuntimeException">The native library is too old.</exception>
    public static OrtEnv Instance => Created.Value;

    /// <summary>The version of the native library, for example "1.30.0".</summary>
    public static string Version => NativeOnnxRuntime.Instance.Version;

    internal OrtHandle Handle { get; }
}
