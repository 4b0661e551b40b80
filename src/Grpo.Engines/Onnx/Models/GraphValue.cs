using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// A graph's input or output (onnx.proto: ValueInfoProto.name = 1, type = 2; TypeProto.tensor_type = 1; Tensor.elem_type = 1, shape = 2;
/// TensorShapeProto.dim = 1; Dimension.dim_value = 1, dim_param = 2).
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, -1 where symbolic; null when the graph does not say.</param>
internal sealed record GraphValue(string Name, TensorElementType Type, long[]? Shape)
{
    /// <summary>Reads a ValueInfoProto.</summary>
    public static GraphValue Read(ProtobufMessage value)
    {
        var tensor = value.Find(2)?.Message.Find(1)?.Message;
        var shape = tensor?.Find(2)?.Message;
        return new GraphValue(value.Text(1), (TensorElementType)(tensor?.Integer(1) ?? 0),
            shape?.All(1).Select(field => field.Message.Find(1) is { } number ? (long)number.Value : -1).ToArray());
    }

    /// <summary>The ValueInfoProto; a symbolic dimension gets a name of its own.</summary>
    public ProtobufMessage Write()
    {
        var shape = new ProtobufMessage();
        for (var axis = 0; axis < Shape!.Length; axis++)
        {
            var dimension = new ProtobufMessage();
            dimension.Add(Shape[axis] >= 0 ? ProtobufField.Of(1, Shape[axis]) : ProtobufField.Of(2, $"{Name}.{axis}"));
            shape.Add(ProtobufField.Of(1, dimension));
        }

        var tensor = Message(ProtobufField.Of(1, (long)Type), ProtobufField.Of(2, shape));
        return Message(ProtobufField.Of(1, Name), ProtobufField.Of(2, Message(ProtobufField.Of(1, tensor))));
    }

    private static ProtobufMessage Message(params ReadOnlySpan<ProtobufField> fields)
    {
        var message = new ProtobufMessage();
        foreach (var field in fields)
        {
            message.Add(field);
        }

        return message;
    }
}
