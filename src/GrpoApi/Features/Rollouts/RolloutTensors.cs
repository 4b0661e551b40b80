using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Engines.Weights;
using Grpo.Rollouts;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;

namespace GrpoApi.Features.Rollouts;

/// <summary>The answer of a rollout as tensors over all completions (N = P x G rows, the groups one after the other), and the other fields as metadata.</summary>
internal static class RolloutTensors
{
    /// <summary>Lays out the file.</summary>
    public static SafetensorsWriter Write(RolloutsRequest request, RolloutsResponse answer, IReadOnlyList<CompletionGroup> groups)
    {
        Completion[] completions = [.. groups.SelectMany(group => group.Completions)];
        RolloutCompletion[] judged = [.. answer.Groups.SelectMany(group => group.Completions)];
        var width = completions.Max(completion => completion.TokenIds.Length);
        return new(
            [
                .. PerToken(request, completions, width),
                .. Judgements(request, judged),
                OutgoingTensor.Vector("prompt_index", SafetensorsDtype.I32, [.. answer.Groups.SelectMany(group => group.Completions.Select(_ => group.PromptIndex))]),
            ],
            TensorFields.Write(Fields(answer)));
    }

    private static IEnumerable<OutgoingTensor> PerToken(RolloutsRequest request, Completion[] completions, int width)
    {
        var include = request.Include;
        yield return OutgoingTensor.Matrix("mask", SafetensorsDtype.U8, Array.ConvertAll(completions, completion => Ones(completion.TokenIds.Length)), width);
        if (include.Contains(RolloutField.TokenIds)) yield return OutgoingTensor.Matrix("token_ids", SafetensorsDtype.I32, Array.ConvertAll(completions, completion => completion.TokenIds), width);
        if (include.Contains(RolloutField.Logprobs)) yield return Floats("logprobs", completion => completion.Logprobs);
        if (include.Contains(RolloutField.SamplingLogprobs)) yield return Floats("sampling_logprobs", completion => completion.SamplingLogprobs);
        if (include.Contains(RolloutField.Entropy)) yield return Floats("entropy", completion => completion.Entropy!);
        if (request.ReferencePolicy is not null) yield return Floats("ref_logprobs", completion => completion.RefLogprobs!);

        OutgoingTensor Floats(string name, Converter<Completion, float[]> values) => OutgoingTensor.Matrix(name, SafetensorsDtype.F32, Array.ConvertAll(completions, values), width);
    }

    private static IEnumerable<OutgoingTensor> Judgements(RolloutsRequest request, RolloutCompletion[] completions)
    {
        if (request.Rewards is not { } rewards) yield break;
        yield return OutgoingTensor.Vector("rewards", SafetensorsDtype.F32, Array.ConvertAll(completions, completion => Number(completion.Reward)));
        yield return OutgoingTensor.Matrix(
            "scores", SafetensorsDtype.F32, Array.ConvertAll(completions, completion => rewards.Select(reward => Number(completion.Scores![reward.Name].Score)).ToArray()), rewards.Count);
        if (request.Advantages is not null) yield return OutgoingTensor.Vector("advantages", SafetensorsDtype.F32, Array.ConvertAll(completions, completion => Number(completion.Advantage)));
    }

    private static float Number(double? value) => value is { } number ? (float)number : float.NaN;

    private static byte[] Ones(int length)
    {
        var ones = new byte[length];
        ones.AsSpan().Fill(1);
        return ones;
    }

    /// <summary>Everything but the tensors: text, reasons, why each completion ended, metrics, timing.</summary>
    private static JsonNode Fields(RolloutsResponse answer)
    {
        var withoutArrays = answer with
        {
            Groups = [.. answer.Groups.Select(group => group with
            {
                Completions = [.. group.Completions.Select(completion => completion with { TokenIds = null, Logprobs = null, SamplingLogprobs = null, Entropy = null, RefLogprobs = null })],
            })],
        };
        var fields = JsonSerializer.SerializeToNode(withoutArrays, JsonConventions.Options)!;
        foreach (var completion in fields["groups"]!.AsArray().SelectMany(group => group!["completions"]!.AsArray()).OfType<JsonObject>())
        {
            completion.Remove("reward");
            completion.Remove("advantage");
            foreach (var (_, score) in completion["scores"]?.AsObject() ?? []) score!.AsObject().Remove("score");
        }

        return fields;
    }
}
