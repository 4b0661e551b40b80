using System.Reflection;
using System.Text.Json;
using Grpo.Engines.Weights;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Loss;

/// <content>The request from a safetensors body: fields under <c>__metadata__.request</c>, arrays as padded tensors (N, T) and a mask.</content>
public sealed partial record LossRequest : IBindableFromHttpContext<LossRequest>
{
    /// <summary>The element type of the log-probabilities, which is the gradient's too.</summary>
    internal SafetensorsDtype Dtype { get; init; } = SafetensorsDtype.F64;

    /// <summary>Reads the body as JSON or as tensors.</summary>
    public static async ValueTask<LossRequest?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var limits = context.RequestServices.GetRequiredService<IOptions<LimitsOptions>>().Value;
        return await JsonOrTensorsBody.ReadAsync(context, limits, file => LossTensors.Read(file, limits));
    }
}

/// <summary>Reads the tensors of a loss.</summary>
internal static class LossTensors
{
    private static readonly JsonSerializerOptions Fields = TensorFields.Without<LossRequest>("sequences");

    /// <summary>The request of a file.</summary>
    /// <exception cref="SafetensorsException">A tensor is missing, not known, or not of the type or shape needed.</exception>
    /// <exception cref="FluentValidation.ValidationException">There are too many sequences, or a value under a 1 of the mask is not finite.</exception>
    public static LossRequest Read(SafetensorsFile file, LimitsOptions limits)
    {
        var header = file.Header;
        var fields = TensorFields.Read<LossRequest>(header, Fields);
        if (header.Tensors.FirstOrDefault(tensor => !LossTensorBatch.Names.Contains(tensor.Name)) is { } unknown)
        {
            throw new SafetensorsException(unknown.Name, $"Is not known here. Known: {string.Join(", ", LossTensorBatch.Names)}.");
        }

        var lead = header.Find("logprobs") ?? header.Find("values") ?? throw new SafetensorsException("logprobs", "Is required, of the shape (N, T).");
        if (lead.Shape.Count != 2) throw new SafetensorsException(lead.Name, $"Has the shape {lead.ShapeText}; (N, T) is needed.");
        if (lead.Shape[0] > limits.MaxSequences) throw RequestValidation.Invalid("sequences", $"At most {limits.MaxSequences} sequences are allowed (Limits:MaxSequences).");
        var batch = new LossTensorBatch(file, lead.Shape[0], lead.Shape[1]);
        return fields with { Dtype = lead.RequireFloats().Dtype, Sequences = [.. Enumerable.Range(0, batch.Count).Select(batch.Sequence)] };
    }
}
