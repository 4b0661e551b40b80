using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Grpo.Engines.Weights;

namespace GrpoApi.Tests;

/// <summary>Sends and reads safetensors.</summary>
internal static class Tensors
{
    public const string MediaType = "application/vnd.safetensors";

    /// <summary>A file of these tensors whose <c>__metadata__.request</c> is the JSON.</summary>
    public static byte[] File(string request, params OutgoingTensor[] tensors) => new SafetensorsWriter(tensors, new Dictionary<string, string> { ["request"] = request }).ToArray();

    /// <summary>An F64 matrix.</summary>
    public static OutgoingTensor Doubles(string name, params double[][] rows) => OutgoingTensor.Matrix(name, SafetensorsDtype.F64, rows, rows.Max(row => row.Length));

    /// <summary>An F32 matrix.</summary>
    public static OutgoingTensor Singles(string name, params float[][] rows) => OutgoingTensor.Matrix(name, SafetensorsDtype.F32, rows, rows.Max(row => row.Length));

    /// <summary>A U8 matrix.</summary>
    public static OutgoingTensor Mask(params byte[][] rows) => OutgoingTensor.Matrix("mask", SafetensorsDtype.U8, rows, rows.Max(row => row.Length));

    /// <summary>Posts tensors.</summary>
    /// <param name="client">The client.</param>
    /// <param name="path">The operation.</param>
    /// <param name="file">The body.</param>
    /// <param name="accept">The Accept header.</param>
    public static Task<HttpResponseMessage> PostTensorsAsync(this HttpClient client, string path, byte[] file, string accept = MediaType)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        return client.SendAsync(path, content, accept);
    }

    /// <summary>Posts JSON and says what is accepted.</summary>
    public static Task<HttpResponseMessage> PostTextAsync(this HttpClient client, string path, string json, string accept) =>
        client.SendAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), accept);

    /// <summary>Expects 200 with tensors, and reads them.</summary>
    public static async Task<SafetensorsFile> ReadTensorsAsync(this HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        Assert.Equal(MediaType, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        Assert.Contains("Accept", response.Headers.Vary);
        return SafetensorsFile.Read(body);
    }

    /// <summary>The fields of an answer that are not tensors.</summary>
    public static System.Text.Json.Nodes.JsonObject Fields(this SafetensorsFile file) => System.Text.Json.Nodes.JsonNode.Parse(file.Header.Metadata["response"])!.AsObject();

    /// <summary>The elements of a tensor, which must have this shape.</summary>
    public static T[] Read<T>(this SafetensorsFile file, string name, params long[] shape)
        where T : unmanaged
    {
        var tensor = file.Header.Find(name);
        Assert.True(tensor is not null, $"no {name}: {string.Join(", ", file.Header.Tensors.Select(other => other.Name))}");
        Assert.Equal(shape, tensor.Shape);
        return file.Values<T>(tensor).ToArray();
    }

    private static async Task<HttpResponseMessage> SendAsync(this HttpClient client, string path, HttpContent content, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await client.SendAsync(request);
    }
}
