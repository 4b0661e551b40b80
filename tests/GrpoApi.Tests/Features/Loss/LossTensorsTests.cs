using System.Net;
using System.Text.Json.Nodes;
using Grpo.Engines.Weights;

namespace GrpoApi.Tests.Features.Loss;

/// <summary>Tensors and JSON are two forms of one request and of one answer.</summary>
public sealed class LossTensorsTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const int Rows = 5;
    private const int Width = 7;
    private static readonly string[] Names = ["logprobs", "old_logprobs", "ref_logprobs", "rollout_logprobs"];
    private readonly HttpClient _client = api.CreateClient();

    public static TheoryData<string> Settings =>
    [
        """{"loss_type": "grpo", "beta": 0.04}""",
        """{"loss_type": "dapo", "epsilon_high": 0.28, "beta": 0.1, "kl_estimator": "k2"}""",
        """{"loss_type": "grpo", "importance_sampling_level": "sequence", "normalizer": {"global_batch_size": 64}}""",
        """{"loss_type": "dr_grpo", "normalizer": {"max_completion_length": 16}, "rollout_correction": {"mode": "token_truncate", "clip_max": 2}}""",
        """{"loss_type": "cispo", "aggregation": "seq-mean-token-sum-norm"}""",
        """{"trainer_config": {"trainer": "verl", "clip_ratio": 0.2, "loss_agg_mode": "seq-mean-token-mean"}}""",
        """{"loss_type": "grpo", "explain": true}""",
        """{"loss_type": "grpo", "gradients": false}""",
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Doubles_give_exactly_the_numbers_of_json(string settings)
    {
        foreach (var perToken in (bool[])[false, true])
        {
            var batch = new Batch(seed: 11, perToken);
            var json = await _client.PostForJsonAsync("/v1/loss", batch.ToJson(settings));
            using var response = await _client.PostTensorsAsync("/v1/loss", batch.ToTensors(settings));
            AssertSame(json, await response.ReadTensorsAsync());
            using var mixed = await _client.PostTextAsync("/v1/loss", batch.ToJson(settings), Tensors.MediaType);
            AssertSame(json, await mixed.ReadTensorsAsync());
            using var read = await _client.PostTensorsAsync("/v1/loss", batch.ToTensors(settings), "*/*");
            Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse(await read.Content.ReadAsStringAsync())));
        }
    }

    [Fact]
    public async Task Singles_come_back_as_singles()
    {
        var settings = """{"loss_type": "grpo"}""";
        var file = Tensors.File(settings, Tensors.Singles("logprobs", [-0.5f, -1.25f], [-2, -3]), OutgoingTensor.Vector<float>("advantages", SafetensorsDtype.F32, [1, -0.5f]));
        var json = await _client.PostForJsonAsync("/v1/loss", """{"loss_type": "grpo", "sequences": [{"logprobs": [-0.5, -1.25], "advantage": 1}, {"logprobs": [-2, -3], "advantage": -0.5}]}""");
        using var response = await _client.PostTensorsAsync("/v1/loss", file);
        var tensors = await response.ReadTensorsAsync();
        Assert.Equal(SafetensorsDtype.F32, tensors.Header.Find("grad_logprobs")!.Dtype);
        Assert.Equal(Gradients(json, "grad_logprobs").Select(value => (float)value), tensors.Read<float>("grad_logprobs", 2, 2));
        Assert.Equal([(double)json["loss"]!], tensors.Read<double>("loss", 1));
    }

    [Fact]
    public async Task Padding_may_hold_anything_and_has_no_gradient()
    {
        using var response = await _client.PostTensorsAsync("/v1/loss", Tensors.File(
            """{"beta": 0.1}""",
            Tensors.Doubles("logprobs", [-0.7, -1.8, -0.4], [-1.2, double.NaN, double.PositiveInfinity]),
            Tensors.Doubles("ref_logprobs", [-0.9, -1.8, -0.6], [-1.1, double.NegativeInfinity, double.NaN]),
            Tensors.Mask([1, 1, 1], [1, 0, 0]),
            Tensors.Doubles("advantages", [1, 1, 1], [-1, double.NaN, 0])));
        var ragged = await _client.PostForJsonAsync("/v1/loss", """
            {"beta": 0.1, "sequences": [{"logprobs": [-0.7, -1.8, -0.4], "ref_logprobs": [-0.9, -1.8, -0.6], "advantage": 1}, {"logprobs": [-1.2], "ref_logprobs": [-1.1], "advantage": -1}]}
            """);
        var tensors = await response.ReadTensorsAsync();
        Assert.Equal([(double)ragged["loss"]!], tensors.Read<double>("loss", 1));
        Assert.Equal([.. Gradients(ragged, "grad_logprobs"), 0, 0], tensors.Read<double>("grad_logprobs", 2, 3));
    }

    [Fact]
    public async Task Ragged_json_is_answered_with_padded_tensors()
    {
        using var response = await _client.PostTextAsync("/v1/loss", """{"sequences": [{"logprobs": [-1], "advantage": 1}, {"logprobs": [-1, -2, -3], "advantage": -1}]}""", Tensors.MediaType);
        var gradients = (await response.ReadTensorsAsync()).Read<double>("grad_logprobs", 2, 3);
        Assert.Equal([true, false, false, true, true, true], gradients.Select(value => value != 0));
    }

    [Fact]
    public async Task A_critic_has_its_own_tensors()
    {
        using var response = await _client.PostTensorsAsync("/v1/loss", Tensors.File(
            """{"loss_type": "value"}""", Tensors.Doubles("values", [0.5, 0.25]), Tensors.Doubles("old_values", [0.5, 0.5]), Tensors.Doubles("returns", [1, 1])));
        var json = await _client.PostForJsonAsync("/v1/loss", """{"loss_type": "value", "sequences": [{"values": [0.5, 0.25], "old_values": [0.5, 0.5], "returns": [1, 1]}]}""");
        Assert.Equal(Gradients(json, "grad_values"), (await response.ReadTensorsAsync()).Read<double>("grad_values", 1, 2));
    }

    [Fact]
    public async Task A_trainers_figures_per_sequence_stay_in_the_fields()
    {
        var settings = """{"trainer_config": {"trainer": "prime_rl"}}""";
        var batch = new Batch(seed: 3, perToken: false);
        var json = await _client.PostForJsonAsync("/v1/loss", batch.ToJson(settings));
        using var response = await _client.PostTensorsAsync("/v1/loss", batch.ToTensors(settings));
        var metrics = (await response.ReadTensorsAsync()).Fields()["sequences"]!.AsArray().Select(sequence => sequence!["metrics"]!.ToJsonString());
        Assert.Equal(json["sequences"]!.AsArray().Select(sequence => sequence!["metrics"]!.ToJsonString()), metrics);
    }

    [Theory]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("application/*", false)]
    [InlineData("not a type", false)]
    [InlineData("application/vnd.safetensors;q=0", false)]
    [InlineData("application/json, application/vnd.safetensors;q=0.9", false)]
    [InlineData("application/vnd.safetensors, application/json;q=0.5", true)]
    [InlineData("application/vnd.safetensors, */*", true)]
    [InlineData("Application/Vnd.Safetensors", true)]
    public async Task Accept_decides_the_form_of_the_answer(string accept, bool tensors)
    {
        using var response = await _client.PostTextAsync("/v1/loss", """{"sequences": [{"logprobs": [-1], "advantage": 1}]}""", accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(tensors ? Tensors.MediaType : "application/json", response.Content.Headers.ContentType?.MediaType);
    }

    private static void AssertSame(JsonNode json, SafetensorsFile tensors)
    {
        Assert.Equal([(double)json["loss"]!], tensors.Read<double>("loss", 1));
        if (json["sequences"]![0]!["grad_logprobs"] is null) Assert.Null(tensors.Header.Find("grad_logprobs"));
        else Assert.Equal(Gradients(json, "grad_logprobs"), tensors.Read<double>("grad_logprobs", Rows, Width));
        var (fields, expected) = (tensors.Fields(), json.DeepClone().AsObject());
        expected.Remove("sequences");
        Assert.True(JsonNode.DeepEquals(expected, fields), $"{expected.ToJsonString()}\n{fields.ToJsonString()}");
    }

    private static IEnumerable<double> Gradients(JsonNode json, string name) => json["sequences"]!.AsArray().SelectMany(sequence => sequence![name]!.AsArray()).Select(value => (double)value!);

    /// <summary>A random batch in both forms.</summary>
    private sealed class Batch
    {
        private readonly Dictionary<string, double[][]> _perToken;
        private readonly byte[][] _mask;
        private readonly double[][] _advantages;

        public Batch(int seed, bool perToken)
        {
            var random = new Random(seed);
            _perToken = Names.ToDictionary(name => name, _ => Matrix(Width, () => -2 * random.NextDouble()));
            _mask = System.Array.ConvertAll(Matrix(Width, random.NextDouble), row => System.Array.ConvertAll(row, value => (byte)(value < 0.8 ? 1 : 0)));
            _advantages = Matrix(perToken ? Width : 1, () => random.NextDouble() - 0.5);
        }

        private bool IsPerToken => _advantages[0].Length > 1;

        public string ToJson(string settings)
        {
            var request = JsonNode.Parse(settings)!.AsObject();
            request["sequences"] = new JsonArray([.. Enumerable.Range(0, Rows).Select(Sequence)]);
            return request.ToJsonString();
        }

        public byte[] ToTensors(string settings) => Tensors.File(
            settings,
            [
                .. _perToken.Select(tensor => Tensors.Doubles(tensor.Key, tensor.Value)),
                Tensors.Mask(_mask),
                IsPerToken ? Tensors.Doubles("advantages", _advantages) : OutgoingTensor.Vector("advantages", SafetensorsDtype.F64, System.Array.ConvertAll(_advantages, row => row[0])),
            ]);

        private JsonObject Sequence(int row)
        {
            var sequence = new JsonObject { ["mask"] = new JsonArray([.. _mask[row].Select(value => JsonValue.Create((int)value))]) };
            foreach (var (name, values) in _perToken) sequence[name] = Array(values[row]);
            if (IsPerToken) sequence["advantages"] = Array(_advantages[row]);
            else sequence["advantage"] = _advantages[row][0];
            return sequence;
        }

        private static JsonArray Array(double[] values) => new([.. values.Select(value => JsonValue.Create(value))]);

        private static double[][] Matrix(int width, Func<double> value) => [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, width).Select(_ => value()).ToArray())];
    }
}
