using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Grpo.Engines.Weights;

namespace GrpoApi.Tests.Features.Policies;

/// <summary>Weight updates over HTTP, on the service as it is shipped.</summary>
public sealed class WeightsTests : IAsyncLifetime
{
    private const string Norm = "model.norm.weight";
    private const string Path = "/v1/policies/tiny-r1/weights";
    private const string Rollout = """{"prompts": [{"text": "What is 37 + 58?"}], "group_size": 2, "sampling": {"seed": 5, "max_tokens": 20} }""";
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("grpo-weights-root-");
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync("--Weights:Root", _root.FullName);
        await _server.Client.UntilReadyAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _root.Delete(recursive: true);
    }

    [Fact]
    public async Task The_parameters_say_what_an_update_may_send()
    {
        var answer = await _server.Client.GetJsonAsync("/v1/policies/tiny-r1/parameters");
        var norm = Assert.Single(answer["parameters"]!.AsArray(), parameter => (string)parameter!["name"]! == Norm);
        Assert.Equal("""{"name":"model.norm.weight","dtype":"F32","shape":[128]}""", norm!.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?mode=wait")]
    [InlineData("?mode=abort")]
    [InlineData("?mode=in_flight")]
    public async Task A_new_version_takes_over(string query)
    {
        var before = await _server.Client.PostForJsonAsync("/v1/rollouts", Rollout);
        var update = await PostAsync(Path + query, Ones(1));
        Assert.Equal((2, Norm), ((int)update["policy_version"]!, (string)update["updated"]![0]!));
        Assert.True((double)update["duration_ms"]! > 0);
        var after = await _server.Client.PostForJsonAsync("/v1/rollouts", Rollout);

        Assert.Equal((1, 2), ((int)before["policy_version"]!, (int)after["policy_version"]!));
        Assert.All(after["groups"]![0]!["completions"]!.AsArray(), completion => Assert.Equal(2, (int)completion!["policy_version"]!));
        Assert.NotEqual(before["groups"]!.ToJsonString(), after["groups"]!.ToJsonString());
        Assert.Equal("[2]", (await _server.Client.GetJsonAsync("/v1/policies/tiny-r1"))["versions"]!.ToJsonString());
        await _server.Client.PostForJsonAsync("/v1/rollouts", Rollout.Replace("{\"prompts\"", "{\"policy\": \"tiny-r1@2\", \"prompts\"", StringComparison.Ordinal));
        using var gone = await _server.Client.PostTextAsync("/v1/rollouts", Rollout.Replace("{\"prompts\"", "{\"policy\": \"tiny-r1@1\", \"prompts\"", StringComparison.Ordinal));
        await Problem.AssertAsync(gone, HttpStatusCode.NotFound, "policy-not-found");
    }

    [Fact]
    public async Task A_file_below_the_root_does_as_well_and_none_outside_of_it()
    {
        Directory.CreateDirectory(System.IO.Path.Combine(_root.FullName, "step-1"));
        await System.IO.File.WriteAllBytesAsync(System.IO.Path.Combine(_root.FullName, "step-1", "model.safetensors"), Ones(1));
        var outside = Directory.CreateTempSubdirectory("grpo-outside-");
        await System.IO.File.WriteAllBytesAsync(System.IO.Path.Combine(outside.FullName, "w.safetensors"), Ones(1));
        Directory.CreateSymbolicLink(System.IO.Path.Combine(_root.FullName, "link"), outside.FullName);

        foreach (var path in (string[])["../" + outside.Name + "/w.safetensors", System.IO.Path.Combine(outside.FullName, "w.safetensors"), "link/w.safetensors", "absent.safetensors", "", "step-1"])
        {
            using var response = await _server.Client.PostTextAsync(Path, new JsonObject { ["path"] = path }.ToJsonString());
            await Problem.AssertInvalidAsync(response, "path");
        }

        outside.Delete(recursive: true);
        var update = await _server.Client.PostForJsonAsync(Path, """{"path": "step-1/model.safetensors"}""");
        Assert.Equal(2, (int)update["policy_version"]!);
    }

    [Fact]
    public async Task Bad_updates_are_answered_with_what_is_wrong_and_change_nothing()
    {
        var before = await _server.Client.PostForJsonAsync("/v1/rollouts", Rollout);
        using (var unknown = await SendAsync(Path, File("nobody", 1)))
            await Problem.AssertInvalidAsync(unknown, "nobody");
        using (var infinite = await SendAsync(Path, Ones(float.PositiveInfinity)))
            await Problem.AssertInvalidAsync(infinite, Norm);
        using (var cut = await SendAsync(Path, Ones(1)[..^4]))
            await Problem.AssertInvalidAsync(cut, Norm + ".data_offsets");
        using (var mode = await SendAsync(Path + "?mode=later", Ones(1)))
            await Problem.AssertInvalidAsync(mode, "mode");
        using (var nobody = await SendAsync("/v1/policies/nobody/weights", Ones(1)))
            await Problem.AssertAsync(nobody, HttpStatusCode.NotFound, "policy-not-found");
        using (var text = await _server.Client.PostAsync(new Uri(Path, UriKind.Relative), new StringContent("weights")))
            await Problem.AssertAsync(text, HttpStatusCode.UnsupportedMediaType);
        using (var field = await _server.Client.PostTextAsync(Path, """{"pth": "x"}"""))
            await Problem.AssertAsync(field, HttpStatusCode.BadRequest, "malformed-json");

        Assert.Equal(before["groups"]!.ToJsonString(), (await _server.Client.PostForJsonAsync("/v1/rollouts", Rollout))["groups"]!.ToJsonString());
    }

    [Fact]
    public async Task A_trainer_that_leaves_in_the_middle_changes_nothing_and_blocks_nobody()
    {
        var file = Ones(1);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync("127.0.0.1", _server.Client.BaseAddress!.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Tensors.MediaType}\r\nContent-Length: {file.Length}\r\n\r\n"));
            await socket.GetStream().WriteAsync(file.AsMemory(0, file.Length - 100));
        }

        // The next update waits for the end of the one before.
        Assert.Equal(2, (int)(await PostAsync(Path, file))["policy_version"]!);
    }

    private static byte[] Ones(float value) => File(Norm, value);

    private static byte[] File(string name, float value) =>
        new SafetensorsWriter([OutgoingTensor.Vector(name, SafetensorsDtype.F32, Enumerable.Repeat(value, 128).ToArray())], new Dictionary<string, string>()).ToArray();

    private Task<HttpResponseMessage> SendAsync(string path, byte[] file)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(Tensors.MediaType);
        return _server.Client.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    private async Task<JsonNode> PostAsync(string path, byte[] file)
    {
        using var response = await SendAsync(path, file);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
