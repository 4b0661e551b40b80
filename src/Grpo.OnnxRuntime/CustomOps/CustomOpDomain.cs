using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime.CustomOps;

/// <summary>
/// Operators under one name space, for <see cref="SessionOptions.AddCustomOpDomain"/>. Sessions point to their operators for as long as they
/// live, so a domain lives until the process ends: create each one once.
/// </summary>
public sealed unsafe class CustomOpDomain
{
    /// <summary>A domain with its operators.</summary>
    /// <param name="name"><c>NodeProto.domain</c>.</param>
    /// <param name="operators">Operators with different names.</param>
    public CustomOpDomain(string name, params IReadOnlyList<CustomOp> operators)
    {
        _ = OrtEnv.Instance;
        nint domain;
        fixed (byte* text = NativeText.Encode(name))
            OrtStatus.Check(OrtApi.Instance->CreateCustomOpDomain(text, &domain));
        foreach (var op in operators)
            OrtStatus.Check(OrtApi.Instance->CustomOpDomainAdd(domain, OrtCustomOp.Create(op)));
        Pointer = domain;
    }

    internal nint Pointer { get; }
}
