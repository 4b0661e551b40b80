using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Native;

/// <summary>
/// The one way out of a native call: a null status is success, any other becomes an exception and is released. And the way back, for
/// managed code that ONNX Runtime calls.
/// </summary>
internal static unsafe class OrtStatus
{
    /// <summary>Throws if a call failed.</summary>
    /// <exception cref="OnnxRuntimeException"><paramref name="status"/> is an error; carries its code and its message.</exception>
    public static void Check(nint status)
    {
        if (status != 0)
            Throw(status);
    }

    /// <summary>The status of an exception that must not leave managed code; ONNX Runtime releases it.</summary>
    public static nint From(Exception exception)
    {
        var code = exception is OnnxRuntimeException native ? native.Code : OrtErrorCode.RuntimeException;
        fixed (byte* message = NativeText.Encode($"{exception.GetType().Name}: {exception.Message}"))
            return OrtApi.Instance->CreateStatus(code, message);
    }

    private static void Throw(nint status)
    {
        var api = OrtApi.Instance;
        var exception = new OnnxRuntimeException(api->GetErrorCode(status), Marshal.PtrToStringUTF8((nint)api->GetErrorMessage(status))!);
        api->ReleaseStatus(status);
        throw exception;
    }
}
