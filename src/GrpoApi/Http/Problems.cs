using Microsoft.Net.Http.Headers;

namespace GrpoApi.Http;

/// <summary>RFC 9457 problems for everything that is not a success: exceptions and bare status codes alike.</summary>
public static class Problems
{
    /// <summary>Registers the writer and the exception handler.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services) => services
        .AddSingleton<IProblemDetailsWriter, ProblemWriter>()
        .AddProblemDetails()
        .AddExceptionHandler<ExceptionProblems>();

    /// <summary>Puts both in the pipeline.</summary>
    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(RefuseOtherCharsets);
    }

    /// <summary>JSON is UTF-8 (RFC 8259, section 8.1). The framework would transcode other charsets, and fail on one that it does not know.</summary>
    private static Task RefuseOtherCharsets(HttpContext context, RequestDelegate next)
    {
        var charset = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Charset) : default;
        if (charset.Length == 0 || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return next(context);
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return Task.CompletedTask;
    }
}
