using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Grpo.Jobs;
using Grpo.Jobs.Requests;

namespace Grpo.Cli;

/// <summary>Has a job done by a service. A service that is away for a while is waited for: the job goes on where it was.</summary>
internal sealed class ServerWorkplace : IWorkplace
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly HttpClient _client;
    private string _job = "";

    public ServerWorkplace(string address, string? key)
    {
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) throw new UsageException($"--server wants an address such as http://127.0.0.1:5080, not '{address}'.");
        _client = new HttpClient { BaseAddress = uri, Timeout = TimeSpan.FromMinutes(10) };
        if (key is not null) _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <inheritdoc/>
    public async Task<string> RunAsync(JobRequest request, FileInfo dataset, Progress progress, CancellationToken cancellationToken)
    {
        var name = await UploadAsync(dataset, cancellationToken);
        var collection = request is EvaluationRequest ? "evaluations" : "curations";
        JsonNode body = System.Text.Json.JsonSerializer.SerializeToNode(request with { Dataset = new DatasetSource { Name = name } }, request.GetType(), JobJson.Options)!;
        RemoveNulls(body.AsObject());
        var job = await SendAsync(() =>
        {
            var message = new HttpRequestMessage(HttpMethod.Post, $"v1/{collection}") { Content = JsonContent.Create(body) };
            message.Headers.Add("Idempotency-Key", _key);
            return message;
        }, cancellationToken);
        _job = $"v1/{collection}/{(string)job["id"]!}";
        try
        {
            while (true)
            {
                job = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{_job}?wait=1"), cancellationToken);
                progress.Show((long)job["progress"]!["done"]!, (long)job["progress"]!["total"]!);
                var status = (string)job["status"]!;
                if (status is "failed" or "cancelled") throw new BrokenException($"The job has {status}{((string?)job["error"] is { } why ? $": {why}" : ".")}");
                if (status == "succeeded") return (await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{_job}/report"), cancellationToken)).ToJsonString();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var cancelled = await _client.DeleteAsync(new Uri(_job, UriKind.Relative), CancellationToken.None);
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ResultsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(new Uri($"{_job}/results", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line) yield return line;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private readonly string _key = Guid.NewGuid().ToString("N");

    // Named by its content: the same file is not kept twice, and another file of that name does no harm.
    private async Task<string> UploadAsync(FileInfo dataset, CancellationToken cancellationToken)
    {
        await using (var file = dataset.OpenRead())
        {
            var hash = await SHA256.HashDataAsync(file, cancellationToken);
            var name = $"cli-{Convert.ToHexStringLower(hash.AsSpan(0, 12))}";
            await SendAsync(() => new HttpRequestMessage(HttpMethod.Put, $"v1/datasets/{name}") { Content = new StreamContent(dataset.OpenRead()) { Headers = { ContentType = new("application/x-ndjson") } } }, cancellationToken);
            return name;
        }
    }

    private async Task<JsonNode> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            HttpRequestException problem;
            try
            {
                using var message = make();
                using var response = await _client.SendAsync(message, cancellationToken);
                var text = await response.Content.ReadAsStringAsync(cancellationToken);
                if (response.IsSuccessStatusCode) return JsonNode.Parse(text)!;
                problem = new HttpRequestException(Describe(response.StatusCode, text), null, response.StatusCode);
            }
            catch (HttpRequestException lost) when (lost.StatusCode is null)
            {
                problem = new HttpRequestException($"{_client.BaseAddress} cannot be reached: {lost.Message}", lost);

                // Nobody was there from the beginning: a wrong address, most likely.
                if (_job.Length == 0) throw problem;
            }

            if (problem.StatusCode is not (null or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout) || System.Diagnostics.Stopwatch.GetElapsedTime(started) > Patience) throw problem;
            await Task.Delay(RetryAfter, cancellationToken);
        }
    }

    private static string Describe(HttpStatusCode status, string text)
    {
        try
        {
            var problem = JsonNode.Parse(text)!;
            var errors = problem["errors"] is JsonObject byPath ? string.Join("; ", byPath.Select(error => $"{error.Key}: {error.Value![0]}")) : (string?)problem["detail"];
            return $"The service refused it ({(int)status}): {errors ?? (string?)problem["title"]}";
        }
        catch (Exception unreadable) when (unreadable is System.Text.Json.JsonException or InvalidOperationException)
        {
            return $"The service answered {(int)status}.";
        }
    }

    // A strict reader takes an absent field for its default, and a null for a mistake.
    private static void RemoveNulls(JsonObject json)
    {
        foreach (var name in json.Where(field => field.Value is null).Select(field => field.Key).ToList()) json.Remove(name);
        foreach (var (_, value) in json)
        {
            if (value is JsonObject inner) RemoveNulls(inner);
            if (value is JsonArray items) foreach (var item in items.OfType<JsonObject>()) RemoveNulls(item);
        }
    }
}
