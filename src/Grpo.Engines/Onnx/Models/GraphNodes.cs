namespace Grpo.Engines.Onnx.Models;

/// <summary>
/// A graph's nodes by what they read and write (onnx.proto: GraphProto.node = 1, input = 11, output = 12; NodeProto.input = 1, output = 2, op_type = 4,
/// attribute = 5, domain = 7; AttributeProto.name = 1, f = 2, i = 3, s = 4, type = 20).
/// </summary>
internal sealed class GraphNodes
{
    private readonly Dictionary<string, ProtobufMessage> _writers = [];

    /// <summary>Reads the nodes of a graph.</summary>
    public GraphNodes(OnnxGraph graph)
    {
        foreach (var node in graph.Nodes)
        {
            foreach (var output in Outputs(node))
            {
                _writers[output] = node;
            }
        }
    }

    /// <summary>The node that writes a tensor; null for an input or an initializer.</summary>
    public ProtobufMessage? WriterOf(string tensor) => _writers.GetValueOrDefault(tensor);

    /// <summary>A tensor and every tensor that it depends on.</summary>
    /// <param name="tensor">Where to begin.</param>
    /// <param name="inputsOf">What a node reads.</param>
    public HashSet<string> Needed(string tensor, Func<ProtobufMessage, IEnumerable<string>> inputsOf)
    {
        var needed = new HashSet<string>();
        var open = new Stack<string>([tensor]);
        while (open.TryPop(out var next))
        {
            if (next.Length > 0 && needed.Add(next) && WriterOf(next) is { } node)
            {
                foreach (var input in inputsOf(node))
                {
                    open.Push(input);
                }
            }
        }

        return needed;
    }

    /// <summary>The names of a node's inputs; empty where one is left out.</summary>
    public static List<string> Inputs(ProtobufMessage node) => [.. node.All(1).Select(field => field.Text)];

    /// <summary>The names of a node's outputs; empty where one is left out.</summary>
    public static List<string> Outputs(ProtobufMessage node) => [.. node.All(2).Select(field => field.Text)];

    /// <summary>A node's operator type.</summary>
    public static string Operator(ProtobufMessage node) => node.Text(4);

    /// <summary>A node's attributes by name.</summary>
    public static Dictionary<string, ProtobufMessage> Attributes(ProtobufMessage node) => node.All(5).ToDictionary(field => field.Message.Text(1), field => field.Message);

    /// <summary>A new node with one output.</summary>
    public static ProtobufMessage Node(string op, string domain, IEnumerable<string> inputs, string output, params (string Name, object Value)[] attributes) =>
        Node(op, domain, inputs, [output], attributes);

    /// <summary>A new node.</summary>
    public static ProtobufMessage Node(string op, string domain, IEnumerable<string> inputs, IEnumerable<string> outputs, params IEnumerable<(string Name, object Value)> attributes)
    {
        var node = new ProtobufMessage();
        foreach (var input in inputs)
        {
            node.Add(ProtobufField.Of(1, input));
        }

        foreach (var output in outputs)
        {
            node.Add(ProtobufField.Of(2, output));
        }

        node.Add(ProtobufField.Of(4, op));
        foreach (var (name, value) in attributes)
        {
            const int isFloat = 1, isInteger = 2;
            var attribute = new ProtobufMessage();
            attribute.Add(ProtobufField.Of(1, name));
            attribute.Add(value is float real ? ProtobufField.Of(2, real) : ProtobufField.Of(3, Convert.ToInt64(value)));
            attribute.Add(ProtobufField.Of(20, value is float ? isFloat : isInteger));
            node.Add(ProtobufField.Of(5, attribute));
        }

        node.Add(ProtobufField.Of(7, domain));
        return node;
    }
}
