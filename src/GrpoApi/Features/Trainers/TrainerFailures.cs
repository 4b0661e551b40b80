using FluentValidation;
using FluentValidation.Results;

namespace GrpoApi.Features.Trainers;

/// <summary>What is wrong with a request, after a trainer's settings were said in ours.</summary>
internal static class TrainerFailures
{
    /// <summary>The failures of the translation, or of what it gave.</summary>
    /// <param name="translate">The translation.</param>
    /// <param name="validator">Checks a request in our settings.</param>
    /// <param name="inTrainersTerms">Whether the caller never wrote our settings: then a failure of one is named in the trainer's.</param>
    public static IEnumerable<ValidationFailure> Of<T>(Func<T> translate, IValidator<T> validator, bool inTrainersTerms)
    {
        try
        {
            var failures = validator.Validate(translate()).Errors;
            return inTrainersTerms ? failures.Select(InTrainersTerms) : failures;
        }
        catch (ValidationException exception)
        {
            return exception.Errors;
        }
    }

    private static ValidationFailure InTrainersTerms(ValidationFailure failure) =>
        failure.PropertyName.StartsWith("sequences", StringComparison.Ordinal) || failure.PropertyName.StartsWith("groups", StringComparison.Ordinal)
            ? failure
            : new("trainer_config", $"As {failure.PropertyName}: {failure.ErrorMessage}");
}
