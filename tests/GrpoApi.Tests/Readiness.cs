using System.Net;

namespace GrpoApi.Tests;

/// <summary>Waits for a service to be ready.</summary>
internal static class Readiness
{
    /// <summary>Polls /health/ready until it answers 200.</summary>
    /// <exception cref="OperationCanceledException">It did not within a minute.</exception>
    public static async Task UntilReadyAsync(this HttpClient client)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), patience.Token);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return;
            }

            await poll.WaitForNextTickAsync(patience.Token);
        }
    }
}
