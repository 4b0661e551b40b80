using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// An ONNX model before a session exists: what its graph holds, open to change (onnx.proto: ModelProto.graph = 7; GraphProto.node = 1, initializer = 5;
/// NodeProto.input = 1, op_type = 4).
/// </summary>
internal sealed class OnnxGraph
{
    private readonly ProtobufMessage _model;

    private OnnxGraph(ProtobufMessage model, ProtobufMessage graph)
    {
        _model = model;
        Message = graph;
        Operators = graph.All(1).Select(node => node.Message.Text(4)).ToHashSet();
        Initializers = [.. graph.All(5).Select(tensor => new Initializer(tensor.Message))];
    }

    /// <summary>The GraphProto; its changes are part of <see cref="ToArray"/>.</summary>
    public ProtobufMessage Message { get; }

    /// <summary>The NodeProtos of the graph, without those of its subgraphs.</summary>
    public IEnumerable<ProtobufMessage> Nodes => Message.All(1).Select(node => node.Message);

    /// <summary>The operator types that occur, such as GroupQueryAttention.</summary>
    public IReadOnlySet<string> Operators { get; }

    /// <summary>The constant tensors of the graph, in its order.</summary>
    public IReadOnlyList<Initializer> Initializers { get; }

    /// <summary>The number of weights: the elements of the initializers kept as external data, or of all floating-point ones when none is.</summary>
    public long ParameterCount
    {
        get
        {
            var external = Initializers.Where(initializer => initializer.IsExternal).ToList();
            return (external.Count > 0 ? external : Initializers.Where(initializer => initializer.IsFloatingPoint)).Sum(initializer => initializer.ElementCount);
        }
    }

    /// <summary>Reads the bytes of a ModelProto, which must not change.</summary>
    /// <exception cref="ModelLoadException">The bytes are no ONNX model.</exception>
    public static OnnxGraph Parse(ReadOnlyMemory<byte> bytes)
    {
        var model = ProtobufMessage.Parse(bytes);
        var graph = model.Find(7) is { IsBytes: true } field ? new OnnxGraph(model, field.Message) : null;
        return graph?.Operators.Count > 0 ? graph : throw new ModelLoadException("The file is no ONNX model: it holds no graph with nodes.");
    }

    /// <summary>Says that the graph uses operators of a domain (ModelProto.opset_import = 8).</summary>
    public void Import(string domain, int version)
    {
        var import = new ProtobufMessage();
        import.Add(ProtobufField.Of(1, domain));
        import.Add(ProtobufField.Of(2, version));
        _model.Add(ProtobufField.Of(8, import));
    }

    /// <summary>Removes the nodes that an output does not depend on, and the constants that no node reads.</summary>
    public void Prune(string output)
    {
        var needed = new GraphNodes(this).Needed(output, GraphNodes.Inputs);
        foreach (var field in Message.All(1).Where(field => !GraphNodes.Outputs(field.Message).Exists(needed.Contains)).ToList())
        {
            Message.Replace(field);
        }

        foreach (var field in Message.All(5).Where(field => !needed.Contains(field.Message.Text(8))).ToList())
        {
            Message.Replace(field);
        }
    }

    /// <summary>The names of the constants that the graph still has.</summary>
    public IEnumerable<string> ConstantNames => Message.All(5).Select(constant => constant.Message.Text(8));

    /// <summary>The ModelProto with all changes.</summary>
    public byte[] ToArray() => _model.ToArray();
}
