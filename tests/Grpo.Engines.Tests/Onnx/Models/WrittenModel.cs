using System.Text.Json;
using System.Text.Json.Serialization;
using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Tests.Onnx.Scheduling;
using Grpo.Testing;

namespace Grpo.Engines.Tests.Onnx.Models;

/// <summary>A small random decoder of tests/models in one convention, with the log-probabilities that PyTorch computes for it (expected.json).</summary>
internal sealed record WrittenModel
{
    private static readonly string Root = Path.Combine(TestData.RepositoryRoot(), "tests", "models");
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Which of its graphs; null when there is one.</summary>
    public required string? Dtype { get; init; }

    /// <summary>What PyTorch says.</summary>
    public required Expectation Expected { get; init; }

    /// <summary>Every graph of every folder, as folder and file.</summary>
    public static IEnumerable<(string Folder, string Graph)> All =>
        Directory.GetDirectories(Root).Where(folder => File.Exists(Path.Combine(folder, "expected.json"))).Order()
            .SelectMany(folder => Read(folder).Keys.Select(graph => (Path.GetFileName(folder), graph)));

    public static WrittenModel Load(string folder, string graph)
    {
        var path = Path.Combine(Root, folder);
        var stem = Path.GetFileNameWithoutExtension(graph);
        return new WrittenModel
        {
            Folder = path,
            Dtype = stem.StartsWith("model_", StringComparison.Ordinal) ? stem["model_".Length..] : null,
            Expected = Read(path)[graph],
        };
    }

    public DecoderModel Open() => DecoderModel.Open(ModelFolder.Open(Folder, Dtype), threads: 1);

    public IDecoder CreateDecoder(DecoderModel model, int maxSequences = 64) =>
        Decoders.Create(model, ModelFolder.Open(Folder, Dtype).ContextLength, new OnnxPolicyOptions { MaxSequences = maxSequences });

    public OnnxPolicy OpenPolicy(OnnxPolicyOptions? options = null) =>
        OnnxPolicy.Open("written", Folder, new LetterTokenizer(), (options ?? new OnnxPolicyOptions { Threads = 1 }) with { Dtype = Dtype });

    private static Dictionary<string, Expectation> Read(string folder) =>
        JsonSerializer.Deserialize<Dictionary<string, Expectation>>(File.ReadAllText(Path.Combine(folder, "expected.json")), Json)!;

    /// <summary>What PyTorch says of a graph.</summary>
    /// <param name="Tolerance">How far a log-probability may be off.</param>
    /// <param name="Cases">Given sequences.</param>
    /// <param name="Greedy">The likeliest completions.</param>
    internal sealed record Expectation(double Tolerance, IReadOnlyList<Case> Cases, IReadOnlyList<Case> Greedy);

    /// <summary>One sequence and its log-probabilities.</summary>
    /// <param name="Prompt">Tokens of the prompt.</param>
    /// <param name="Completion">Tokens of the completion, shape (T).</param>
    /// <param name="Logprobs">The log-probability of each of them, shape (T).</param>
    internal sealed record Case(int[] Prompt, int[] Completion, double[] Logprobs);
}
