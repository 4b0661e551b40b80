using FluentValidation;

namespace GrpoApi.Features.Policies;

/// <summary>The rules of <see cref="TokenizeRequest"/>.</summary>
public sealed class TokenizeRequestValidator : AbstractValidator<TokenizeRequest>
{
    /// <summary>States the rules.</summary>
    public TokenizeRequestValidator()
    {
        RuleFor(request => request).Must(request => request.Text is null != request.Messages is null).WithMessage("Give exactly one of text and messages.");
        RuleFor(request => request.Messages).AreMessages();
    }
}

/// <summary>The rules of <see cref="DetokenizeRequest"/>, besides the vocabulary of the policy.</summary>
public sealed class DetokenizeRequestValidator : AbstractValidator<DetokenizeRequest>
{
    /// <summary>States the rules.</summary>
    public DetokenizeRequestValidator() => RuleForEach(request => request.TokenIds).GreaterThanOrEqualTo(0);
}
