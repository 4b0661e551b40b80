using System.Net;
using System.Text.Json;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;
using Grpo.Rollouts;

namespace Grpo.Cli;

/// <summary>What the process ends with. Quality and breakage never share a code.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and every gate passed.</summary>
    public const int Passed = 0;

    /// <summary>A gate failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage: an option, a file, a request that the service refuses.</summary>
    public const int Usage = 2;

    /// <summary>Something broke: the service, the policy, too many samples.</summary>
    public const int Infrastructure = 3;

    /// <summary>Runs a command; what it throws becomes one line and a code.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception problem) when (CodeOf(problem) is { } code)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return code;
        }
    }

    private static int? CodeOf(Exception problem) => problem switch
    {
        UsageException or JobRequestException or PolicyNotFoundException => Usage,
        HttpRequestException { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.RequestEntityTooLarge } => Usage,
        HttpRequestException or BrokenException or ModelLoadException or JobStoreException or OperationCanceledException or IOException or UnauthorizedAccessException or JsonException => Infrastructure,
        _ => null,
    };
}

/// <summary>The command was used wrongly.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The work could not be done.</summary>
internal sealed class BrokenException(string message) : Exception(message);
