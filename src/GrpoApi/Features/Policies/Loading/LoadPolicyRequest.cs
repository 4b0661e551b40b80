using FluentValidation;

namespace GrpoApi.Features.Policies.Loading;

/// <summary>A model folder to be loaded as a policy.</summary>
public sealed record LoadPolicyRequest
{
    /// <summary>The name that requests will give. Letters, digits, <c>. _ -</c>.</summary>
    /// <example>tiny</example>
    public required string Name { get; init; }

    /// <summary>The model folder below <c>Models:Root</c>, relative to it.</summary>
    /// <example>tiny-r1</example>
    public required string Path { get; init; }

    /// <summary>Execution providers, tried in this order. Absent: CUDA, WebGPU, CPU.</summary>
    public IReadOnlyList<string>? Providers { get; init; }

    /// <summary>Which of the folder's graphs, by the suffix of its file, such as fp16 or q4. Absent: the best one there is.</summary>
    public string? Dtype { get; init; }
}

/// <summary>The rules of <see cref="LoadPolicyRequest"/>.</summary>
public sealed class LoadPolicyRequestValidator : AbstractValidator<LoadPolicyRequest>
{
    /// <summary>States the rules.</summary>
    public LoadPolicyRequestValidator()
    {
        RuleFor(request => request.Name).Matches(@"\A[A-Za-z0-9._-]{1,64}\z").WithMessage("Must be 1 to 64 letters, digits or . _ -.");
        RuleFor(request => request.Path).NotEmpty();
        RuleFor(request => request.Providers).Must(providers => providers is not { Count: 0 }).WithMessage("Name at least one provider, such as CPU.");
        RuleFor(request => request.Dtype).MinimumLength(1);
    }
}
