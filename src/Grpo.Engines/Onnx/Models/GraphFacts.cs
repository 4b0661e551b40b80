namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// What decides how a graph is run: which operators it holds, which of them read its cache, and the files of its weights. Graphs nested in control
/// flow (the If of a merged decoder) count as part of the whole. Source of the field numbers: onnx.proto (ModelProto.graph = 7; GraphProto.node = 1,
/// initializer = 5; NodeProto.input = 1, op_type = 4, attribute = 5; AttributeProto.name = 1, i = 3, g = 6; TensorProto.external_data = 13).
/// </summary>
internal sealed class GraphFacts
{
    private readonly HashSet<string> _operators = [];
    private readonly HashSet<string> _dataFiles = [];
    private readonly Dictionary<string, HashSet<string>> _readers = [];

    private GraphFacts() { }

    /// <summary>The operator types that occur.</summary>
    public IReadOnlySet<string> Operators => _operators;

    /// <summary>The files beside the model that hold its weights.</summary>
    public IReadOnlySet<string> DataFiles => _dataFiles;

    /// <summary>Bits of a weight in the MatMulNBits nodes, 4 or 8 mostly; the fewest when they differ, 0 without such nodes.</summary>
    public int QuantizedBits { get; private set; }

    /// <summary>The operator types that read a value directly.</summary>
    public IReadOnlySet<string> ReadersOf(string value) => _readers.GetValueOrDefault(value) ?? [];

    /// <summary>Reads the bytes of a ModelProto.</summary>
    /// <exception cref="Grpo.Rollouts.ModelLoadException">The bytes are no ONNX model.</exception>
    public static GraphFacts Read(ReadOnlySpan<byte> model)
    {
        var facts = new GraphFacts();
        for (var reader = new ProtobufReader(model); reader.NextField();)
        {
            if (reader is { Field: 7, IsBytes: true })
            {
                facts.ReadGraph(reader.Bytes);
            }
        }

        return facts;
    }

    private void ReadGraph(ReadOnlySpan<byte> graph)
    {
        for (var reader = new ProtobufReader(graph); reader.NextField();)
        {
            if (reader is { Field: 1, IsBytes: true })
            {
                ReadNode(reader.Bytes);
            }
            else if (reader is { Field: 5, IsBytes: true })
            {
                ReadInitializer(reader.Bytes);
            }
        }
    }

    private void ReadNode(ReadOnlySpan<byte> node)
    {
        var (type, inputs, bits) = ("", new List<string>(), 0);
        for (var reader = new ProtobufReader(node); reader.NextField();)
        {
            switch (reader.Field)
            {
                case 1 when reader.IsBytes:
                    inputs.Add(reader.Text);
                    break;
                case 4 when reader.IsBytes:
                    type = reader.Text;
                    break;
                case 5 when reader.IsBytes:
                    bits = Math.Max(bits, ReadAttribute(reader.Bytes));
                    break;
                default:
                    break;
            }
        }

        _operators.Add(type);
        if (type == "MatMulNBits")
        {
            QuantizedBits = QuantizedBits == 0 ? bits : Math.Min(bits, QuantizedBits);
        }

        foreach (var input in inputs)
        {
            if (!_readers.TryGetValue(input, out var readers))
            {
                _readers.Add(input, readers = []);
            }

            readers.Add(type);
        }
    }

    // Reads a nested graph into the whole; answers the attribute's number when it is called bits.
    private int ReadAttribute(ReadOnlySpan<byte> attribute)
    {
        var (name, number) = ("", 0);
        for (var reader = new ProtobufReader(attribute); reader.NextField();)
        {
            switch (reader.Field)
            {
                case 1 when reader.IsBytes:
                    name = reader.Text;
                    break;
                case 3 when !reader.IsBytes:
                    number = (int)reader.Number;
                    break;
                case 6 when reader.IsBytes:
                    ReadGraph(reader.Bytes);
                    break;
                default:
                    break;
            }
        }

        return name == "bits" ? number : 0;
    }

    private void ReadInitializer(ReadOnlySpan<byte> tensor)
    {
        for (var reader = new ProtobufReader(tensor); reader.NextField();)
        {
            if (reader is { Field: 13, IsBytes: true })
            {
                ReadDataEntry(reader.Bytes);
            }
        }
    }

    // StringStringEntryProto: key = 1, value = 2.
    private void ReadDataEntry(ReadOnlySpan<byte> entry)
    {
        var (key, value) = ("", "");
        for (var reader = new ProtobufReader(entry); reader.NextField();)
        {
            (key, value) = reader.Field == 1 ? (reader.Text, value) : (key, reader.Text);
        }

        if (key == "location")
        {
            _dataFiles.Add(value);
        }
    }
}
