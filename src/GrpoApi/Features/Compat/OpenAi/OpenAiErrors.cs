using GrpoApi.Http;
using Microsoft.AspNetCore.Mvc;

namespace GrpoApi.Features.Compat.OpenAi;

/// <summary>Marks operations whose problems are written in OpenAI's form, because their clients read no other.</summary>
internal sealed class OpenAiErrors : IProblemForm
{
    /// <summary>What the operations are marked with.</summary>
    public static OpenAiErrors Mark { get; } = new();

    /// <inheritdoc/>
    public object Of(ProblemDetails problem) => new OpenAiErrorResponse
    {
        Error = new OpenAiError
        {
            Message = problem.Detail ?? problem.Title ?? "The request was refused.",
            Type = problem.Status switch
            {
                StatusCodes.Status401Unauthorized => "authentication_error",
                StatusCodes.Status403Forbidden => "permission_error",
                StatusCodes.Status404NotFound => "not_found_error",
                StatusCodes.Status429TooManyRequests => "rate_limit_error",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            },
            Param = problem is HttpValidationProblemDetails { Errors: { Count: > 0 } errors } ? errors.Keys.First() : problem.Type == ProblemCatalog.PolicyNotFound ? "model" : null,
            Code = problem.Type == ProblemCatalog.PolicyNotFound ? "model_not_found" : problem.Type?[ProblemCatalog.TypePrefix.Length..],
        },
    };
}

/// <summary>An error as OpenAI's clients read it.</summary>
public sealed record OpenAiErrorResponse
{
    /// <summary>What is wrong.</summary>
    public required OpenAiError Error { get; init; }
}

/// <summary>What is wrong with a request.</summary>
public sealed record OpenAiError
{
    /// <summary>In words, with the caller's JSON path.</summary>
    public required string Message { get; init; }

    /// <summary>The kind, such as invalid_request_error.</summary>
    /// <example>invalid_request_error</example>
    public required string Type { get; init; }

    /// <summary>The field that is wrong; null when it is none.</summary>
    public required string? Param { get; init; }

    /// <summary>A word for programs, such as model_not_found: the last part of the problem's type elsewhere in this API.</summary>
    /// <example>validation</example>
    public required string? Code { get; init; }
}
