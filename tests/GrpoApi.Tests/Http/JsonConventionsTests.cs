using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using GrpoApi.Http;

namespace GrpoApi.Tests.Http;

/// <summary>What the service says to bodies that cannot be read.</summary>
public sealed class JsonConventionsTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Theory]
    [InlineData("$", "", "no JSON body")]
    [InlineData("$", "null", "no JSON body")]
    [InlineData("$", "[]", "Must be an object")]
    [InlineData("$", "{", "")]
    [InlineData("token_ids[1]", """{"token_ids": [1, "2"]}""", "Must be an integer")]
    [InlineData("token_ids[1]", """{"token_ids": [1, 2""", "")]
    [InlineData("token_ids", """{"token_ids": 7}""", "Must be an array")]
    [InlineData("token_ids", """{"token_ids": null}""", "Must not be null")]
    [InlineData("token_ids", "{}", "required")]
    [InlineData("skip_special_tokens", """{"token_ids": [], "skip_special_tokens": 1}""", "Must be true or false")]
    [InlineData("skip_specials", """{"token_ids": [], "skip_specials": true}""", "'skip_specials' is not known")]
    [InlineData("TokenIds", """{"TokenIds": []}""", "'TokenIds' is not known")]
    [InlineData("token_ids", """{"token_ids": [], "token_ids": []}""", "given twice")]
    public async Task A_body_that_cannot_be_read_is_400_at_its_path(string path, string json, string message)
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync("/v1/policies/fake/detokenize", json);
        var said = await Problem.AssertInvalidAsync(response, path);
        Assert.Contains(message, said, StringComparison.Ordinal);
        Assert.DoesNotContain("GrpoApi", said, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", """{"text": "\ud800"}""", "Unicode")]
    [InlineData("messages[0]", """{"messages": [{"role": "user", "content": "\ud800"}]}""", "Unicode")]
    [InlineData("messages[0]", """{"messages": [{"role": "user", "\ud800": 1}]}""", "Unicode")]
    [InlineData("messages[1]", """{"messages": [{"role": "user"}, {"role": "user", "role": "user"}]}""", "'role' is given twice")]
    [InlineData("messages[0]", """{"messages": [7]}""", "Must be an object")]
    [InlineData("tools", """{"text": "a", "tools": {}}""", "Must be an array")]
    [InlineData("chat_template_kwargs", """{"text": "a", "chat_template_kwargs": []}""", "Must be an object")]
    public async Task Json_of_any_form_is_read_at_once(string path, string json, string message)
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync("/v1/policies/fake/tokenize", json);
        Assert.Contains(message, await Problem.AssertInvalidAsync(response, path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_400()
    {
        using var client = await api.CreateReadyClientAsync();
        using var content = new ByteArrayContent([.. "{\"text\": \""u8, 0xff, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var response = await client.PostAsync(new Uri("/v1/policies/fake/tokenize", UriKind.Relative), content);
        await Problem.AssertInvalidAsync(response, "text");
    }

    [Fact]
    public async Task The_detail_gives_the_path_from_the_root()
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.PostTextAsync("/v1/policies/fake/detokenize", """{"token_ids": [1, true]}""");
        var problem = await Problem.AssertAsync(response, HttpStatusCode.BadRequest, "malformed-json");
        Assert.Equal("$.token_ids[1]: Must be an integer in range.", (string)problem["detail"]!);
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Another_content_type_or_charset_is_415(string contentType)
    {
        using var client = await api.CreateReadyClientAsync();
        using var content = new StringContent("{}", Encoding.UTF8);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await client.PostAsync(new Uri("/v1/rollouts", UriKind.Relative), content);
        await Problem.AssertAsync(response, HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
    }

    [Fact]
    public async Task Another_method_is_405()
    {
        using var client = await api.CreateReadyClientAsync();
        using var response = await client.DeleteAsync(new Uri("/v1/rollouts", UriKind.Relative));
        await Problem.AssertAsync(response, HttpStatusCode.MethodNotAllowed, "method-not-allowed");
    }

    [Fact]
    public void Undefined_numbers_are_written_as_null_and_text_stays_readable()
    {
        Assert.Equal("[1.5,null,null]", JsonSerializer.Serialize<double[]>([1.5, double.NaN, double.PositiveInfinity], JsonConventions.Options));
        Assert.Equal("[0.1,null,null]", JsonSerializer.Serialize<float[]>([0.1f, float.NaN, float.NegativeInfinity], JsonConventions.Options));
        Assert.Equal("\"<think>你好</think>\"", JsonSerializer.Serialize("<think>你好</think>", JsonConventions.Options));
    }
}
