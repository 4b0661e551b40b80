using System.Runtime.InteropServices;

namespace Grpo.OnnxRuntime.Tests.Models;

/// <summary>A small ONNX graph, written as the bytes of its file. Field numbers are those of onnx.proto.</summary>
internal sealed class OnnxModel
{
    private readonly List<ProtobufWriter> _nodes = [];
    private readonly List<ProtobufWriter> _initializers = [];
    private readonly List<ProtobufWriter> _inputs = [];
    private readonly List<ProtobufWriter> _outputs = [];
    private readonly HashSet<string> _domains = [];

    /// <summary>Adds an input; a dimension is a <see cref="long"/> or a symbolic name.</summary>
    public OnnxModel Input(string name, TensorElementType type, params object[] dimensions)
    {
        _inputs.Add(ValueInfo(name, type, dimensions));
        return this;
    }

    public OnnxModel Output(string name, TensorElementType type, params object[] dimensions)
    {
        _outputs.Add(ValueInfo(name, type, dimensions));
        return this;
    }

    public OnnxModel Node(string op, string[] inputs, string output, string domain = "", params (string Name, object Value)[] attributes)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs)
            node.Text(1, input);
        node.Text(2, output).Text(4, op).Messages(5, attributes.Select(static attribute => Attribute(attribute.Name, attribute.Value)));
        _nodes.Add(node.Text(7, domain));
        if (domain.Length > 0)
            _domains.Add(domain);
        return this;
    }

    /// <summary>A weight inside the model file.</summary>
    public OnnxModel Weight(string name, long[] shape, ReadOnlySpan<float> values)
    {
        _initializers.Add(Tensor(name, shape).Bytes(9, MemoryMarshal.AsBytes(values)));
        return this;
    }

    /// <summary>A weight in the file <paramref name="location"/>.</summary>
    public OnnxModel ExternalWeight(string name, long[] shape, string location, long offset = 0)
    {
        var bytes = shape.Aggregate(1L, static (product, length) => product * length) * sizeof(float);
        const long externalLocation = 1;
        _initializers.Add(Tensor(name, shape)
            .Messages(13, [Entry("location", location), Entry("offset", $"{offset}"), Entry("length", $"{bytes}")])
            .Number(14, externalLocation));
        return this;

        static ProtobufWriter Entry(string key, string value) => new ProtobufWriter().Text(1, key).Text(2, value);
    }

    public byte[] ToBytes()
    {
        var graph = new ProtobufWriter()
            .Messages(1, _nodes)
            .Text(2, "test")
            .Messages(5, _initializers)
            .Messages(11, _inputs)
            .Messages(12, _outputs);
        const int irVersion = 9, opset = 17;
        return new ProtobufWriter().Number(1, irVersion).Message(7, graph).Message(8, new ProtobufWriter().Number(2, opset))
            .Messages(8, _domains.Select(static domain => new ProtobufWriter().Text(1, domain).Number(2, 1)))
            .ToArray();
    }

    private static ProtobufWriter Attribute(string name, object value)
    {
        const long isFloat = 1, isInteger = 2;
        var attribute = new ProtobufWriter().Text(1, name);
        return value is float number
            ? attribute.Float(2, number).Number(20, isFloat)
            : attribute.Number(3, Convert.ToInt64(value)).Number(20, isInteger);
    }

    private static ProtobufWriter Tensor(string name, long[] shape)
    {
        var tensor = new ProtobufWriter();
        foreach (var length in shape)
            tensor.Number(1, length);
        return tensor.Number(2, (long)TensorElementType.Float).Text(8, name);
    }

    private static ProtobufWriter ValueInfo(string name, TensorElementType type, object[] dimensions)
    {
        var shape = new ProtobufWriter().Messages(1, dimensions.Select(static dimension => dimension is string symbol
            ? new ProtobufWriter().Text(2, symbol)
            : new ProtobufWriter().Number(1, Convert.ToInt64(dimension))));
        var tensorType = new ProtobufWriter().Number(1, (long)type).Message(2, shape);
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensorType));
    }
}
