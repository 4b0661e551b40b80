using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// Replaces the attention nodes of a graph, takes its cache and mask away, and has the output layer read only the places whose logits are wanted.
/// Everything is checked before the first change. (GraphProto.node = 1, input = 11, output = 12, value_info = 13.)
/// </summary>
internal sealed class GroupGraphRewriter
{
    private const int NodeField = 1, InputField = 11, OutputField = 12, ValueField = 13;

    // What may stand between the output layer and the logits: works on each position for itself.
    private static readonly string[] Elementwise = ["Cast", "Mul", "Div", "Add", "Sub", "Tanh", "Identity"];
    private static readonly string[] Products = ["MatMul", "MatMulNBits", "MatMulBnb4", "FusedMatMul"];

    private readonly OnnxGraph _graph;
    private readonly DecoderNames _names;
    private readonly ModelConfig _config;
    private readonly GraphNodes _nodes;
    private readonly Dictionary<string, GraphValue> _inputs;
    private readonly List<GraphValue> _outputs;

    /// <summary>Reads a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="names">What its inputs are called.</param>
    /// <param name="config">What config.json says.</param>
    public GroupGraphRewriter(OnnxGraph graph, DecoderNames names, ModelConfig config)
    {
        (_graph, _names, _config) = (graph, names, config);
        _nodes = new GraphNodes(graph);
        _inputs = graph.Message.All(InputField).Select(field => GraphValue.Read(field.Message)).ToDictionary(value => value.Name);
        _outputs = [.. graph.Message.All(OutputField).Select(field => GraphValue.Read(field.Message))];
    }

    /// <summary>Rewrites it.</summary>
    /// <exception cref="GraphNotRecognizedException">It has something that is not known here; nothing has been changed.</exception>
    public GroupGraph Rewrite()
    {
        var attention = _graph.Nodes.Where(node => GraphNodes.Operator(node) == "GroupQueryAttention").Select(node => new QueryAttentionNode(node)).ToList();
        if (attention.Count == 0) throw new GraphNotRecognizedException("its attention is not GroupQueryAttention");
        var (shape, type) = ReadCache(attention);
        var cache = attention.SelectMany(node => node.Past.Concat(node.Present)).ToHashSet();
        if (_outputs.FindAll(output => !cache.Contains(output.Name)) is not [var logits]) throw new GraphNotRecognizedException("it has other outputs than logits and its cache");
        var head = OutputLayer(logits.Name);
        var description = Describe(attention, shape, type, logits, cache);
        CheckNames(attention, description);
        CheckInputs(attention, description, cache);

        var nodes = _graph.Message.All(NodeField).ToDictionary(field => field.Message);
        for (var layer = 0; layer < attention.Count; layer++)
        {
            _graph.Message.Replace(nodes[attention[layer].Node], Replacement(attention[layer], shape, layer, type).Select(node => ProtobufField.Of(NodeField, node)));
        }

        GatherBefore(nodes[head]);
        ReplaceInputsAndOutputs(description, logits);
        _graph.Message.Remove(ValueField); // Shapes of the old batch; they are inferred anew.
        _graph.Prune(logits.Name);
        _graph.Import(OperatorDomain.Name, 1);
        return description;
    }

    // All layers must be alike: a block of the cache holds all of them.
    private (AttentionShape Shape, TensorElementType Type) ReadCache(List<QueryAttentionNode> attention)
    {
        (AttentionShape Shape, TensorElementType Type)? first = null;
        foreach (var node in attention)
        {
            if (!node.Past.All(_inputs.ContainsKey) || !node.Present.All(name => _outputs.Exists(output => output.Name == name)))
            {
                throw new GraphNotRecognizedException("the cache of a GroupQueryAttention node is no input and output of the graph");
            }

            var past = _inputs[node.Past.First()];
            if (past.Shape is not [_, _, _, > 0 and <= 1024] || past.Type is not (TensorElementType.Float or TensorElementType.Float16))
            {
                throw new GraphNotRecognizedException($"the cache input '{past.Name}' is not float32 or float16 of a known head size");
            }

            var read = (Shape: node.Shape((int)past.Shape[3]), past.Type);
            first ??= read;
            if (read.Shape with { Window = 0 } != first.Value.Shape with { Window = 0 } || read.Type != first.Value.Type)
            {
                throw new GraphNotRecognizedException("its attention nodes differ in more than their window");
            }
        }

        return first!.Value;
    }

    // From the logits back to the product that makes them.
    private ProtobufMessage OutputLayer(string logits)
    {
        var node = _nodes.WriterOf(logits);
        while (node is not null && Elementwise.Contains(GraphNodes.Operator(node)))
        {
            var computed = GraphNodes.Inputs(node).Where(input => _nodes.WriterOf(input) is { } writer && GraphNodes.Operator(writer) != "Constant").ToList();
            node = computed is [var only] ? _nodes.WriterOf(only) : null;
        }

        return node is not null && Products.Contains(GraphNodes.Operator(node)) && _nodes.WriterOf(GraphNodes.Inputs(node)[0]) is not null
            ? node
            : throw new GraphNotRecognizedException("its logits do not come from a matrix product");
    }

    private GroupGraph Describe(List<QueryAttentionNode> attention, AttentionShape shape, TensorElementType type, GraphValue logits, HashSet<string> cache)
    {
        var integers = _inputs.Values.Where(input => !cache.Contains(input.Name) && input.Type is TensorElementType.Int64 or TensorElementType.Int32).ToDictionary(input => input.Name);
        if (!integers.TryGetValue(_names.InputIds, out var ids)) throw new GraphNotRecognizedException($"it has no {_names.InputIds}");
        if (logits.Shape is not [_, not 1, > 0] || logits.Type is not (TensorElementType.Float or TensorElementType.Float16))
        {
            throw new GraphNotRecognizedException("its logits are not float32 or float16 for every position over a known vocabulary");
        }

        return new GroupGraph
        {
            Shape = shape,
            Layers = attention.Count,
            CacheType = type,
            InputIds = (ids.Name, ids.Type),
            PositionIds = integers.TryGetValue(_names.PositionIds, out var positions) ? (positions.Name, positions.Type) : null,
            LogitsToKeep = integers.TryGetValue(_names.LogitsToKeep, out var keep) ? (keep.Name, keep.Type, keep.Shape?.Length ?? 0) : null,
            Logits = logits.Name,
            LogitsType = logits.Type,
            VocabSize = (int)logits.Shape[2],
        };
    }

    // A graph whose parts have other names than they should, or that config.json contradicts, is left to the decoder that says what is amiss.
    private void CheckNames(List<QueryAttentionNode> attention, GroupGraph description)
    {
        var (layers, shape) = (description.Layers, description.Shape);
        if (!attention.SelectMany(node => node.Past).SequenceEqual(_names.Past(layers)) || !attention.SelectMany(node => node.Present).SequenceEqual(_names.Present(layers))
            || !_inputs.ContainsKey(_names.AttentionMask) || description.Logits != _names.Logits)
        {
            throw new GraphNotRecognizedException("its inputs and outputs have other names");
        }

        if ((_config.Layers ?? layers) != layers || (_config.KeyValueHeads ?? shape.KvHeads) != shape.KvHeads || (_config.HeadSize ?? shape.HeadSize) != shape.HeadSize
            || (_config.VocabSize ?? description.VocabSize) != description.VocabSize)
        {
            throw new GraphNotRecognizedException("config.json contradicts it");
        }
    }

    // What remains of the inputs once the attention nodes no longer read them must be known.
    private void CheckInputs(List<QueryAttentionNode> attention, GroupGraph description, HashSet<string> cache)
    {
        if (attention.Find(node => node.Positions.Length > 0 && node.Positions != description.PositionIds?.Name) is not null)
        {
            throw new GraphNotRecognizedException("its positions are computed in the graph");
        }

        var replaced = attention.Select(node => node.Node).ToHashSet();
        var read = _nodes.Needed(description.Logits, node => replaced.Contains(node) ? attention.Find(one => one.Node == node)!.QueryKeyValue : GraphNodes.Inputs(node));
        if (cache.FirstOrDefault(read.Contains) is { } used) throw new GraphNotRecognizedException($"more than the attention reads '{used}'");
        string?[] known = [description.InputIds.Name, description.PositionIds?.Name, description.LogitsToKeep?.Name];
        var initializers = _graph.Initializers.Select(initializer => initializer.Name).ToHashSet();
        if (_inputs.Keys.FirstOrDefault(name => read.Contains(name) && !known.Contains(name) && !initializers.Contains(name)) is { } unknown)
        {
            throw new GraphNotRecognizedException($"more than the attention reads '{unknown}'");
        }

        if (_graph.Nodes.Any(node => node.All(5).Any(attribute => attribute.Message.Find(6) is not null)))
        {
            throw new GraphNotRecognizedException("it has subgraphs");
        }
    }

    // float16 is converted on the way in and out: the operator and its cache are float32.
    private static IEnumerable<ProtobufMessage> Replacement(QueryAttentionNode attention, AttentionShape shape, int layer, TensorElementType type)
    {
        string[] floats = [.. attention.QueryKeyValue, .. attention.Tables, attention.Sinks];
        var (output, converts) = (attention.Output, type != TensorElementType.Float);
        for (var i = 0; converts && i < floats.Length; i++)
        {
            if (floats[i].Length > 0)
            {
                var converted = $"grpo.{layer}.{i}";
                yield return GraphNodes.Node("Cast", "", [floats[i]], converted, ("to", (long)TensorElementType.Float));
                floats[i] = converted;
            }
        }

        var window = attention.Shape(shape.HeadSize).Window;
        yield return GraphNodes.Node(
            GroupAttentionOp.OperatorName, OperatorDomain.Name, [floats[0], floats[1], floats[2], GroupGraph.BatchInput, .. floats[3..]],
            converts ? $"grpo.{layer}.attended" : output,
            ("layer", layer), ("num_heads", shape.Heads), ("kv_num_heads", shape.KvHeads), ("head_size", shape.HeadSize), ("scale", shape.Scale),
            ("softcap", shape.SoftCap), ("window", window), ("smooth_softmax", shape.SmoothSoftmax ? 1 : 0), ("rotary", shape.Rotary ? 1 : 0),
            ("rotary_interleaved", shape.RotaryInterleaved ? 1 : 0));
        if (converts)
        {
            yield return GraphNodes.Node("Cast", "", [$"grpo.{layer}.attended"], output, ("to", (long)type));
        }
    }

    private void GatherBefore(ProtobufField head)
    {
        const string chosen = "grpo.chosen";
        var hidden = head.Message.All(1).First();
        var gather = GraphNodes.Node("Gather", "", [hidden.Text, GroupGraph.PlacesInput], chosen, ("axis", 1));
        head.Message.Replace(hidden, ProtobufField.Of(1, chosen));
        _graph.Message.Replace(head, ProtobufField.Of(NodeField, gather), head);
    }

    private void ReplaceInputsAndOutputs(GroupGraph description, GraphValue logits)
    {
        string?[] kept = [description.InputIds.Name, description.PositionIds?.Name, description.LogitsToKeep?.Name];
        foreach (var input in _graph.Message.All(InputField).Where(field => !kept.Contains(field.Message.Text(1))).ToList())
        {
            _graph.Message.Replace(input);
        }

        _graph.Message.Add(ProtobufField.Of(InputField, new GraphValue(GroupGraph.BatchInput, TensorElementType.Int64, [1]).Write()));
        _graph.Message.Add(ProtobufField.Of(InputField, new GraphValue(GroupGraph.PlacesInput, TensorElementType.Int64, [-1]).Write()));
        _graph.Message.Remove(OutputField);
        _graph.Message.Add(ProtobufField.Of(OutputField, new GraphValue(logits.Name, logits.Type, [-1, -1, logits.Shape![2]]).Write()));
    }
}
