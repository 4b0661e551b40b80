using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpo.Testing;

namespace GrpoApi.Tests.Features.Jobs;

/// <summary>Real processes with the built-in policy, killed while they work.</summary>
public sealed class KilledServerTests
{
    private const int Kills = 20;
    private const int Prompts = 300;
    private const int Samples = 4;

    [Fact]
    public async Task Killed_at_twenty_random_moments_the_results_on_one_file_are_those_of_an_undisturbed_run()
    {
        var folder = Directory.CreateTempSubdirectory("grpo-killed-");
        await KillAsync("--Jobs:ConnectionString", $"Data Source={Path.Combine(folder.FullName, "jobs.db")}");
        folder.Delete(recursive: true);
    }

    // A killed process is not noticed before its lease ends, so leases are short.
    [PostgresFact]
    public async Task Killed_at_twenty_random_moments_the_results_on_postgres_are_those_of_an_undisturbed_run()
    {
        using var schema = new PostgresSchema();
        await KillAsync("--Jobs:Store", "postgres", "--Jobs:ConnectionString", schema.ConnectionString, "--Jobs:LeaseSeconds", "1");
    }

    [PostgresFact]
    public async Task Of_two_replicas_on_one_postgres_one_is_killed_and_the_other_finishes()
    {
        using var schema = new PostgresSchema();
        string[] arguments = ["--Jobs:Store", "postgres", "--Jobs:ConnectionString", schema.ConnectionString, "--Jobs:LeaseSeconds", "2"];
        await using var survivor = await StartAsync(arguments);
        var undisturbed = await ResultsAsync(survivor, await UntilOverAsync(survivor, await CreateAsync(survivor)));
        string path;
        await using (var victim = await StartAsync(arguments))
        {
            path = await CreateAsync(victim);
            while ((long)(await GetAsync(survivor, path))["progress"]!["done"]! < Prompts * Samples / 4) await Task.Yield();
        }

        var job = await UntilOverAsync(survivor, path);
        Assert.Equal((Prompts * Samples, 0), ((int)job["progress"]!["done"]!, (int)job["progress"]!["errored"]!));
        Assert.Equal(undisturbed, await ResultsAsync(survivor, job));
    }

    private static async Task KillAsync(params string[] store)
    {
        var random = new Random(11);
        string[] arguments = [.. store, "--Jobs:Workers", "1"];
        string undisturbed;
        List<string> jobs = [];
        await using (var server = await StartAsync(arguments))
        {
            undisturbed = await ResultsAsync(server, await UntilOverAsync(server, await CreateAsync(server)));
        }

        for (var kill = 0; kill < Kills; kill++)
        {
            await using var server = await StartAsync(arguments); // leaving the block is a SIGKILL
            if (jobs.Count == 0 || (string)(await GetAsync(server, jobs[^1]))["status"]! == "succeeded") jobs.Add(await CreateAsync(server));
            var job = await GetAsync(server, jobs[^1]);
            var enough = (long)job["progress"]!["done"]! + random.Next(1, Prompts * Samples / 10);
            while ((long)job["progress"]!["done"]! < enough && (string)job["status"]! != "succeeded") job = await GetAsync(server, jobs[^1]);
        }

        await using (var server = await StartAsync(arguments))
        {
            foreach (var path in jobs)
            {
                var job = await UntilOverAsync(server, path);
                Assert.Equal((Prompts * Samples, 0), ((int)job["progress"]!["done"]!, (int)job["progress"]!["errored"]!));
                Assert.Equal(undisturbed, await ResultsAsync(server, job));
            }
        }
    }

    private static async Task<RunningServer> StartAsync(string[] arguments)
    {
        var server = await RunningServer.StartAsync(arguments);
        await server.Client.UntilReadyAsync();
        return server;
    }

    private static async Task<string> CreateAsync(RunningServer server)
    {
        var rows = Enumerable.Range(0, Prompts).Select(i => new { question = $"What is {11 + (i % 83)} + {12 + (i % 71)}?", answer = $"{23 + (i % 83) + (i % 71)}" });
        using var response = await server.Client.PostAsJsonAsync(new Uri("/v1/evaluations", UriKind.Relative), new { dataset = new { rows }, samples_per_prompt = Samples, sampling = new { seed = 5, max_tokens = 64 }, rewards = new[] { new { name = "accuracy" } } });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (string)(await response.Content.ReadFromJsonAsync<JsonNode>())!["links"]!["self"]!;
    }

    private static async Task<JsonNode> GetAsync(RunningServer server, string path) => (await server.Client.GetFromJsonAsync<JsonNode>(new Uri(path, UriKind.Relative)))!;

    private static async Task<JsonNode> UntilOverAsync(RunningServer server, string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        while (true)
        {
            var job = (await server.Client.GetFromJsonAsync<JsonNode>(new Uri(path + "?wait=20", UriKind.Relative), patience.Token))!;
            if ((string)job["status"]! is "succeeded") return job;
            Assert.Contains((string)job["status"]!, (string[])["queued", "running"]);
        }
    }

    private static Task<string> ResultsAsync(RunningServer server, JsonNode job) => server.Client.GetStringAsync(new Uri((string)job["links"]!["results"]!, UriKind.Relative));
}
