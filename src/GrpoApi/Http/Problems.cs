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
    }
}
