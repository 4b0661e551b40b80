using System.Net;
using Grpo.Engines.Weights;

namespace GrpoApi.Tests.Features.Loss;

/// <summary>What is wrong with tensors is told as it is with JSON: by path where the field has one, else by the tensor's name.</summary>
public sealed class LossTensorsBadInputTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private static readonly OutgoingTensor Logprobs = Tensors.Doubles("logprobs", [-1, -2], [-3, -4]);
    private static readonly OutgoingTensor Advantages = OutgoingTensor.Vector<double>("advantages", SafetensorsDtype.F64, [1, -1]);
    private readonly HttpClient _client = api.CreateClient();

    [Theory]
    [InlineData("epsilon", "at least 0", """{"epsilon": -0.1}""")]
    [InlineData("epsilon_hgih", "not known", """{"epsilon_hgih": 0.1}""")]
    [InlineData("epsilon", "a finite number", """{"epsilon": "0.1"}""")]
    [InlineData("epsilon", "given twice", """{"epsilon": 0.1, "epsilon": 0.2}""")]
    [InlineData("sequences", "not known", """{"sequences": []}""")]
    [InlineData("sequences[0].ref_logprobs", "beta is not 0", """{"beta": 0.1}""")]
    [InlineData("sequences[1].rollout_logprobs", "Needed by rollout_correction", """{"rollout_correction": {"mode": "token_mask"}}""")]
    [InlineData("epsilon", "", """{"epsilon": """)]
    [InlineData("$", "an object", "[]")]
    [InlineData("__metadata__.request", "JSON object", "null")]
    public async Task Fields_are_checked_as_in_json(string path, string message, string request) =>
        await AssertInvalidAsync(path, message, Tensors.File(request, Logprobs, Advantages));

    public static TheoryData<string, string, OutgoingTensor[]> Wrong => new()
    {
        { "logprobs", "required", [Advantages] },
        { "logprobs", "(N, T)", [OutgoingTensor.Vector<double>("logprobs", SafetensorsDtype.F64, [1, 2])] },
        { "logprobs", "F32 or F64, not F16", [OutgoingTensor.Matrix<short>("logprobs", SafetensorsDtype.F16, [[1], [2]], 1)] },
        { "old_logprobs", "(2, 3); (2, 2) is needed", [Logprobs, Advantages, Tensors.Doubles("old_logprobs", [1, 2, 3], [1, 2, 3])] },
        { "old_logprobs", "not I64", [Logprobs, Advantages, OutgoingTensor.Matrix<long>("old_logprobs", SafetensorsDtype.I64, [[1, 2], [3, 4]], 2)] },
        { "mask", "(1, 2); (2, 2) is needed", [Logprobs, Advantages, Tensors.Mask([1, 1])] },
        { "mask", "U8, not F32", [Logprobs, Advantages, Tensors.Singles("mask", [1, 1], [1, 1])] },
        { "sequences[1].mask[0]", "0 or 1", [Logprobs, Advantages, Tensors.Mask([1, 1], [2, 1])] },
        { "advantages", "(3); (2) is needed", [Logprobs, OutgoingTensor.Vector<double>("advantages", SafetensorsDtype.F64, [1, 2, 3])] },
        { "advantages", "(2, 1); (2, 2) is needed", [Logprobs, Tensors.Doubles("advantages", [1], [2])] },
        { "advantages", "(2, 2) is needed", [Logprobs, Advantages with { Shape = [2, 1, 1] }] },
        { "sequences[0].advantage", "Give advantage", [Logprobs] },
        { "sequences[1].advantage", "finite", [Logprobs, OutgoingTensor.Vector<double>("advantages", SafetensorsDtype.F64, [1, double.NaN])] },
        { "sequences[1].logprobs[0]", "finite", [Tensors.Doubles("logprobs", [-1, -2], [double.NaN, -4]), Advantages] },
        { "sequences[0].old_logprobs[1]", "finite", [Logprobs, Advantages, Tensors.Mask([1, 1], [0, 0]), Tensors.Doubles("old_logprobs", [1, double.NegativeInfinity], [double.NaN, 1])] },
        { "sequences[1].logprobs[1]", "finite", [Tensors.Singles("logprobs", [-1, -2], [-3, float.NegativeInfinity]), Advantages] },
        { "sequences[0].rollout_logprobs[0]", "finite", [Tensors.Singles("logprobs", [-1, -2], [-3, -4]), Advantages, Tensors.Singles("rollout_logprobs", [float.NaN, 1], [1, 1])] },
        { "sequences[0].advantages[1]", "finite", [Logprobs, Tensors.Singles("advantages", [1, float.PositiveInfinity], [1, 1])] },
        { "ref_logprob", "not known", [Logprobs, Advantages, Tensors.Doubles("ref_logprob", [1, 2], [1, 2])] },
        { "sequences", "At least one", [OutgoingTensor.Matrix<double>("logprobs", SafetensorsDtype.F64, [], 2)] },
        { "sequences", "At most 16384", [OutgoingTensor.Matrix<double>("logprobs", SafetensorsDtype.F64, new double[16_385][], 0) with { Chunks = [] }] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Tensors_are_checked(string path, string message, OutgoingTensor[] tensors) => await AssertInvalidAsync(path, message, Tensors.File("{}", tensors));

    [Fact]
    public async Task Metadata_of_another_name_is_refused()
    {
        var file = new SafetensorsWriter([Logprobs, Advantages], new Dictionary<string, string> { ["requst"] = "{}" }).ToArray();
        await AssertInvalidAsync("__metadata__.requst", "not known", file);
    }

    [Fact]
    public async Task Files_of_the_formats_own_library_are_read_with_all_defaults()
    {
        using var response = await _client.PostTensorsAsync("/v1/loss", new SafetensorsWriter([Logprobs, Advantages], new Dictionary<string, string> { ["format"] = "pt" }).ToArray());
        Assert.Equal(0, Assert.Single((await response.ReadTensorsAsync()).Read<double>("loss", 1)));
    }

    [Fact]
    public async Task Truncated_files_are_400()
    {
        var file = Tensors.File("{}", Logprobs, Advantages);
        foreach (var length in (int[])[0, 7, 8, 50, file.Length - 1])
        {
            using var response = await _client.PostTensorsAsync("/v1/loss", file[..length]);
            await Problem.AssertAsync(response, HttpStatusCode.BadRequest, "malformed-safetensors");
        }
    }

    [Fact]
    public async Task A_header_longer_than_accepted_is_400()
    {
        using var response = await _client.PostTensorsAsync("/v1/loss", [255, 255, 255, 5, 0, 0, 0, 0, .. "{}"u8]);
        Assert.Contains("at most", await Problem.AssertInvalidAsync(response, "$"), StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> Lying
    {
        get
        {
            const string Advantage = "\"advantages\": {\"dtype\": \"F64\", \"shape\": [1], \"data_offsets\": [8, 16]}";
            string Tensor(string dtype, string shape, string offsets) => $"{{\"logprobs\": {{\"dtype\": \"{dtype}\", \"shape\": {shape}, \"data_offsets\": {offsets}}}, {Advantage}}}";
            return new()
            {
                { "beyond the body", File(Tensor("F64", "[1, 1]", "[0, 800]")) },
                { "more than the shape", File(Tensor("F64", "[1, 2]", "[0, 8]")) },
                { "overlap", File(Tensor("F64", "[1, 1]", "[4, 12]")) },
                { "a hole", File(Tensor("F32", "[1, 1]", "[0, 4]")) },
                { "an overflowing shape", File(Tensor("F64", "[4294967296, 4294967296]", "[0, 8]")) },
                { "a negative shape", File(Tensor("F64", "[-1, -1]", "[0, 8]")) },
                { "an unknown type", File(Tensor("F65", "[1, 1]", "[0, 8]")) },
                { "a name given twice", File($"{{{Advantage}, {Advantage}}}") },
                { "no JSON", File("{") },
                { "a header beyond the body", [200, 0, 0, 0, 0, 0, 0, 0, .. "{}"u8] },
                { "a negative header", [255, 255, 255, 255, 255, 255, 255, 255, .. "{}"u8] },
            };

            static byte[] File(string header) => [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header), .. new byte[16]];
        }
    }

    [Theory]
    [MemberData(nameof(Lying))]
    public async Task Headers_that_lie_are_400(string lie, byte[] file)
    {
        using var response = await _client.PostTensorsAsync("/v1/loss", file);
        Assert.True((await Problem.AssertAsync(response, HttpStatusCode.BadRequest))["errors"] is not null, lie);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Sequences_without_a_token_in_the_loss_cost_nothing(int length)
    {
        var file = Tensors.File(
            "{}", Tensors.Singles("logprobs", new float[length], new float[length]), Tensors.Mask(new byte[length], new byte[length]), OutgoingTensor.Vector<float>("advantages", SafetensorsDtype.F32, [1, -1]));
        using var response = await _client.PostTensorsAsync("/v1/loss", file);
        var answer = await response.ReadTensorsAsync();
        Assert.Equal(0, Assert.Single(answer.Read<double>("loss", 1)));
        Assert.All(answer.Read<float>("grad_logprobs", 2, length), gradient => Assert.Equal(0, gradient));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_with_and_without_its_length()
    {
        using var small = new ApiFactory();
        small.Settings["Limits:MaxBodyBytes"] = "1024";
        using var client = small.CreateClient();
        using var response = await client.PostTensorsAsync("/v1/loss", new byte[1025]);
        await Problem.AssertAsync(response, HttpStatusCode.RequestEntityTooLarge, "body-too-large");

        using var stream = new StreamContent(new UnsizedStream(new byte[4096]));
        stream.Headers.ContentType = new(Tensors.MediaType);
        using var chunked = await client.PostAsync(new Uri("/v1/loss", UriKind.Relative), stream);
        await Problem.AssertAsync(chunked, HttpStatusCode.RequestEntityTooLarge, "body-too-large");
    }

    [Fact]
    public async Task A_body_without_its_length_is_read()
    {
        using var stream = new StreamContent(new UnsizedStream(Tensors.File("{}", Tensors.Doubles("logprobs", new double[20_000]), OutgoingTensor.Vector<double>("advantages", SafetensorsDtype.F64, [1]))));
        stream.Headers.ContentType = new(Tensors.MediaType);
        using var response = await _client.PostAsync(new Uri("/v1/loss", UriKind.Relative), stream);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Rollouts_take_no_tensors()
    {
        using var response = await _client.PostTensorsAsync("/v1/rollouts", Tensors.File("{}"));
        await Problem.AssertAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    private async Task AssertInvalidAsync(string path, string message, byte[] file)
    {
        using var response = await _client.PostTensorsAsync("/v1/loss", file);
        Assert.Contains(message, await Problem.AssertInvalidAsync(response, path), StringComparison.Ordinal);
    }

    /// <summary>A stream that does not tell its length.</summary>
    private sealed class UnsizedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
