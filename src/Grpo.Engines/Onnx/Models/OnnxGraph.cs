using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// What the engine must know of an ONNX file before a session exists: its operators and its initializers. Read from the protobuf wire format
/// (onnx.proto: ModelProto.graph = 7; GraphProto.node = 1, initializer = 5; NodeProto.op_type = 4;
/// TensorProto.dims = 1, data_type = 2, name = 8, data_location = 14).
/// </summary>
internal sealed class OnnxGraph
{
    private readonly HashSet<string> _operators = [];
    private readonly List<Initializer> _initializers = [];

    private OnnxGraph() { }

    /// <summary>The operator types that occur, such as GroupQueryAttention.</summary>
    public IReadOnlySet<string> Operators => _operators;

    /// <summary>The constant tensors of the graph, in its order.</summary>
    public IReadOnlyList<Initializer> Initializers => _initializers;

    /// <summary>The number of weights: the elements of the initializers kept as external data, or of all floating-point ones when none is.</summary>
    public long ParameterCount
    {
        get
        {
            var external = _initializers.Where(initializer => initializer.IsExternal).ToList();
            return (external.Count > 0 ? external : _initializers.Where(initializer => initializer.IsFloatingPoint)).Sum(initializer => initializer.ElementCount);
        }
    }

    /// <summary>Reads the bytes of a ModelProto.</summary>
    /// <exception cref="ModelLoadException">The bytes are no ONNX model.</exception>
    public static OnnxGraph Parse(ReadOnlySpan<byte> model)
    {
        var graph = new OnnxGraph();
        var reader = new ProtobufReader(model);
        while (reader.NextField())
        {
            if (reader.Field == 7 && reader.IsBytes)
            {
                graph.ReadGraph(reader.Bytes);
            }
        }

        return graph._operators.Count > 0 ? graph : throw new ModelLoadException("The file is no ONNX model: it holds no graph with nodes.");
    }

    private void ReadGraph(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.NextField())
        {
            if (reader.Field == 1 && reader.IsBytes)
            {
                ReadNode(reader.Bytes);
            }
            else if (reader.Field == 5 && reader.IsBytes)
            {
                _initializers.Add(ReadInitializer(reader.Bytes));
            }
        }
    }

    private void ReadNode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.NextField())
        {
            if (reader.Field == 4 && reader.IsBytes)
            {
                _operators.Add(reader.Text);
            }
        }
    }

    private static Initializer ReadInitializer(ReadOnlySpan<byte> bytes)
    {
        var (name, type, external, shape) = ("", 0, false, new List<long>());
        var reader = new ProtobufReader(bytes);
        while (reader.NextField())
        {
            switch (reader.Field)
            {
                case 1 when reader.IsBytes:
                    for (var packed = new ProtobufReader(reader.Bytes); packed.NextVarint();)
                    {
                        shape.Add((long)packed.Number);
                    }

                    break;
                case 1:
                    shape.Add((long)reader.Number);
                    break;
                case 2:
                    type = (int)reader.Number;
                    break;
                case 8 when reader.IsBytes:
                    name = reader.Text;
                    break;
                case 14:
                    external = reader.Number == 1;
                    break;
                default:
                    break;
            }
        }

        return new Initializer(name, type, [.. shape], external);
    }
}

/// <summary>A constant tensor of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">TensorProto.DataType: 1 float32, 10 float16, 11 float64, 16 bfloat16, ...</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="IsExternal">Whether its data lies in a file beside the model.</param>
internal sealed record Initializer(string Name, int DataType, long[] Shape, bool IsExternal)
{
    /// <summary>The number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Whether it holds float32, float16, float64 or bfloat16.</summary>
    public bool IsFloatingPoint => DataType is 1 or 10 or 11 or 16;
}
