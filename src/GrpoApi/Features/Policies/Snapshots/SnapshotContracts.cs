using FluentValidation;

namespace GrpoApi.Features.Policies.Snapshots;

/// <summary>A version to be kept under a name.</summary>
public sealed record CreateSnapshotRequest
{
    /// <summary>The snapshot's name; <c>policy@name</c> then means that version. Letters, digits, <c>. _ -</c>, and not a number.</summary>
    /// <example>reference</example>
    public required string Name { get; init; }

    /// <summary>The version: the current one or one that a snapshot keeps. Absent: the current one.</summary>
    public int? Version { get; init; }
}

/// <summary>The rules of <see cref="CreateSnapshotRequest"/>.</summary>
public sealed class CreateSnapshotRequestValidator : AbstractValidator<CreateSnapshotRequest>
{
    /// <summary>States the rules.</summary>
    public CreateSnapshotRequestValidator()
    {
        RuleFor(request => request.Name).Matches(@"\A[A-Za-z0-9._-]{1,64}\z").WithMessage("Must be 1 to 64 letters, digits or . _ -.");
        RuleFor(request => request.Name).Must(name => !name.All(char.IsAsciiDigit)).WithMessage("Must not be a number: policy@number means a version.");
    }
}

/// <summary>A version kept under a name.</summary>
public sealed record SnapshotDescription
{
    /// <summary>The snapshot's name.</summary>
    /// <example>reference</example>
    public required string Name { get; init; }

    /// <summary>The version of the weights that it keeps.</summary>
    public required int PolicyVersion { get; init; }
}
