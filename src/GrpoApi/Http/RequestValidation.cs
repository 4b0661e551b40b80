using FluentValidation;
using FluentValidation.Results;

namespace GrpoApi.Http;

/// <summary>Runs the <see cref="IValidator{T}"/> of a request before its handler.</summary>
public static class RequestValidation
{
    /// <summary>Registers the validator of <typeparamref name="T"/>; its messages name fields as the caller wrote them.</summary>
    public static IServiceCollection AddRequestValidator<T, TValidator>(this IServiceCollection services)
        where TValidator : class, IValidator<T>
    {
        ValidatorOptions.Global.PropertyNameResolver = static (_, member, _) => member is null ? null : JsonConventions.NameOf(member.Name);
        ValidatorOptions.Global.DisplayNameResolver = ValidatorOptions.Global.PropertyNameResolver;
        return services.AddSingleton<IValidator<T>, TValidator>();
    }

    /// <summary>Validates the handler's argument of type <typeparamref name="T"/>; a request that fails is answered 400 and never reaches the handler.</summary>
    /// <exception cref="InvalidOperationException">The handler has no such argument (thrown when the routes are built).</exception>
    public static RouteHandlerBuilder WithRequestValidation<T>(this RouteHandlerBuilder builder) => builder
        .AddEndpointFilterFactory(static (context, next) =>
        {
            var position = Array.FindIndex(context.MethodInfo.GetParameters(), parameter => parameter.ParameterType == typeof(T));
            return position < 0
                ? throw new InvalidOperationException($"{context.MethodInfo.Name} takes no {typeof(T).Name}.")
                : invocation => ValidateAsync<T>(invocation, position, next);
        })
        .ProducesValidationProblem();

    /// <summary>A failure at a path of the request, for rules that need more than the request itself; throw it as <see cref="ValidationException"/>.</summary>
    /// <param name="path">The caller's JSON path, such as <c>prompts[0].token_ids[3]</c>.</param>
    /// <param name="message">What is wrong, and what would be right.</param>
    public static ValidationException Invalid(string path, string message) => new(message, [new ValidationFailure(path, message)]);

    internal static Dictionary<string, string[]> ErrorsByPath(IEnumerable<ValidationFailure> failures) => failures
        .GroupBy(failure => failure.PropertyName is { Length: > 0 } path ? path : "$")
        .ToDictionary(group => group.Key, group => group.Select(failure => failure.ErrorMessage).Distinct().ToArray());

    internal static string Summary(IEnumerable<ValidationFailure> failures)
    {
        var first = failures.First();
        return $"{(first.PropertyName is { Length: > 0 } path ? path : "$")}: {first.ErrorMessage}";
    }

    private static async ValueTask<object?> ValidateAsync<T>(EndpointFilterInvocationContext invocation, int position, EndpointFilterDelegate next)
    {
        var request = invocation.GetArgument<T>(position);
        if (NullElements.FirstPath(request) is { } path) throw Invalid(path, "Must not be null.");
        var validator = invocation.HttpContext.RequestServices.GetRequiredService<IValidator<T>>();
        var result = await validator.ValidateAsync(request, invocation.HttpContext.RequestAborted);
        return result.IsValid ? await next(invocation) : throw new ValidationException(result.Errors);
    }
}
