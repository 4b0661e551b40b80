using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Engines.Weights;
using Grpo.Losses;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;

namespace GrpoApi.Features.Loss;

/// <summary>The answer of a loss as tensors: loss F64 (1), grad_logprobs or grad_values (N, T), and the other fields as metadata.</summary>
internal static class LossTensorAnswer
{
    /// <summary>Lays out the file.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="dtype">The element type of the gradients, F32 or F64.</param>
    public static SafetensorsWriter Write(LossResponse answer, SafetensorsDtype dtype)
    {
        OutgoingTensor?[] tensors =
        [
            OutgoingTensor.Vector("loss", SafetensorsDtype.F64, [answer.Loss ?? double.NaN]),
            Gradient("grad_logprobs", [.. answer.Sequences.Select(sequence => sequence.GradLogprobs)], dtype),
            Gradient("grad_values", [.. answer.Sequences.Select(sequence => sequence.GradValues)], dtype),
        ];
        return new(tensors.OfType<OutgoingTensor>(), TensorFields.Write(Fields(answer)));
    }

    private static OutgoingTensor? Gradient(string name, RealVector?[] rows, SafetensorsDtype dtype)
    {
        RealVector[] gradients = [.. rows.OfType<RealVector>()];
        return gradients.Length < rows.Length ? null : FloatTensors.Matrix(name, dtype, gradients, gradients.Max(row => row.Length));
    }

    /// <summary>Everything but the tensors. Sequences are left only where a trainer logs something of each.</summary>
    private static JsonObject Fields(LossResponse answer)
    {
        var fields = JsonSerializer.SerializeToNode(answer with { Sequences = [.. answer.Sequences.Select(sequence => new SequenceGradient { Metrics = sequence.Metrics })] }, JsonConventions.Options)!.AsObject();
        if (answer.Sequences.All(sequence => sequence.Metrics is null))
        {
            fields.Remove("sequences");
            return fields;
        }

        foreach (var sequence in fields["sequences"]!.AsArray().OfType<JsonObject>())
        {
            sequence.Remove("grad_logprobs");
            sequence.Remove("grad_values");
        }

        return fields;
    }
}
