using Grpo.Engines.Onnx;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Tokenizers;
using Grpo.OnnxRuntime;
using Grpo.Testing;

namespace Grpo.Engines.Tests.Onnx;

/// <summary>The policy that the repository ships.</summary>
internal static class TinyR1
{
    public static string Folder { get; } = Path.Combine(TestData.RepositoryRoot(), "models", "tiny-r1");

    public static ModelTokenizer Tokenizer { get; } = ModelTokenizer.Load(Folder, TimeProvider.System);

    public static OnnxPolicy Open(OnnxPolicyOptions? options = null) => OnnxPolicy.Open("tiny-r1", Folder, Tokenizer, options ?? new OnnxPolicyOptions());

    public static int[] Chat(string question) => Tokenizer.Encode(
        Tokenizer.RenderChat(new() { Messages = [new() { ["role"] = "user", ["content"] = question }] }), addSpecialTokens: false);

    /// <summary>Logits of a plain forward pass over whole sequences without a cache, shape (T, V): the graph as any ONNX user would run it.</summary>
    public static float[][] PlainForward(int[] tokens)
    {
        using var options = new SessionOptions();
        var folder = ModelFolder.Open(Folder);
        using var session = new InferenceSession(folder.Graph.Path, options);
        var signature = DecoderSignature.Read(session, folder.Names, folder.Config);
        using var runOptions = new RunOptions();
        using var ids = OrtValue.CreateAllocatedTensor(TensorElementType.Int64, [1, tokens.Length]);
        using var mask = OrtValue.CreateAllocatedTensor(TensorElementType.Int64, [1, tokens.Length]);
        tokens.Select(token => (long)token).ToArray().CopyTo(ids.GetTensorMutableDataAsSpan<long>());
        mask.GetTensorMutableDataAsSpan<long>().Fill(1);
        var pasts = signature.PastNames
            .Select(_ => OrtValue.CreateAllocatedTensor(TensorElementType.Float, [1, signature.Cache.Heads, 0, signature.Cache.HeadSize])).ToList();

        var outputs = session.Run(
            runOptions, ["input_ids", "attention_mask", .. signature.PastNames], [ids, mask, .. pasts], ["logits"]);
        var logits = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        foreach (var value in pasts.Concat(outputs))
        {
            value.Dispose();
        }

        return [.. logits.Chunk(signature.VocabSize)];
    }

    /// <summary>ln softmax, in float64.</summary>
    public static double[] LogSoftmax(float[] logits, double temperature = 1)
    {
        var largest = logits.Max() / temperature;
        var total = largest + Math.Log(logits.Sum(logit => Math.Exp((logit / temperature) - largest)));
        return [.. logits.Select(logit => (logit / temperature) - total)];
    }
}
