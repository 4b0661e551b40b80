using Grpo.Engines.Onnx.Models;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>
/// A com.microsoft.GroupQueryAttention node, read strictly: whatever it has that is not known here makes it not recognised. Inputs: query, key, value,
/// past_key, past_value, seqlens_k, total_sequence_length, cos_cache, sin_cache, position_ids, attention_bias, head_sink.
/// </summary>
internal sealed class QueryAttentionNode
{
    private const int PastKeyInput = 3;
    private const int CosInput = 7;
    private const int PositionsInput = 9;
    private const int BiasInput = 10;
    private const int SinkInput = 11;

    private static readonly string[] Known =
        ["num_heads", "kv_num_heads", "scale", "softcap", "local_window_size", "do_rotary", "rotary_interleaved", "smooth_softmax", "qk_output", "kv_cache_bit_width"];

    private readonly Dictionary<string, ProtobufMessage> _attributes;
    private readonly List<string> _inputs;

    /// <summary>Reads a node.</summary>
    /// <exception cref="GraphNotRecognizedException">It has something that is not known here.</exception>
    public QueryAttentionNode(ProtobufMessage node)
    {
        Node = node;
        _attributes = GraphNodes.Attributes(node);
        _inputs = GraphNodes.Inputs(node);
        Output = GraphNodes.Outputs(node)[0];
        if (_attributes.Keys.FirstOrDefault(name => !Known.Contains(name) && _attributes[name].Text(4) is not ("NONE" or "")) is { } unknown)
        {
            throw new GraphNotRecognizedException($"GroupQueryAttention has the attribute {unknown}");
        }

        if (Integer("qk_output") > 0 || Integer("kv_cache_bit_width") > 0 || Input(BiasInput).Length > 0 || _inputs.Skip(SinkInput + 1).Any(input => input.Length > 0)
            || GraphNodes.Outputs(node).Skip(3).Any(output => output.Length > 0))
        {
            throw new GraphNotRecognizedException("GroupQueryAttention has an attention bias, a quantized cache or an output of its scores");
        }
    }

    /// <summary>The NodeProto.</summary>
    public ProtobufMessage Node { get; }

    /// <summary>The attended values.</summary>
    public string Output { get; }

    /// <summary>Its cache: past key and past value.</summary>
    public IEnumerable<string> Past => _inputs.Skip(PastKeyInput).Take(2);

    /// <summary>Its cache one step on: present key and present value.</summary>
    public IEnumerable<string> Present => GraphNodes.Outputs(Node).Skip(1);

    /// <summary>Query, key, value; the latter two empty where the first holds all.</summary>
    public string[] QueryKeyValue => [Input(0), Input(1), Input(2)];

    /// <summary>The rotary tables; empty without rotation.</summary>
    public string[] Tables => Rotary ? [Input(CosInput), Input(CosInput + 1)] : ["", ""];

    /// <summary>Positions of the rotation; empty for the natural ones.</summary>
    public string Positions => Rotary ? Input(PositionsInput) : "";

    /// <summary>Sinks of the heads; empty for none.</summary>
    public string Sinks => Input(SinkInput);

    private bool Rotary => Integer("do_rotary") == 1;

    /// <summary>What the node computes.</summary>
    /// <param name="headSize">Elements of a head.</param>
    public AttentionShape Shape(int headSize)
    {
        var (heads, kvHeads, scale, window) = (Integer("num_heads"), Integer("kv_num_heads"), Real("scale"), Integer("local_window_size", -1));
        return heads > 0 && kvHeads > 0 && heads % kvHeads == 0
            ? new AttentionShape
            {
                Heads = heads,
                KvHeads = kvHeads,
                HeadSize = headSize,
                Scale = scale == 0 ? 1 / MathF.Sqrt(headSize) : scale,
                SoftCap = Real("softcap"),
                Window = window > 0 ? window : 0,
                SmoothSoftmax = Integer("smooth_softmax") == 1,
                Rotary = Rotary,
                RotaryInterleaved = Integer("rotary_interleaved") == 1,
            }
            : throw new GraphNotRecognizedException($"GroupQueryAttention has {heads} heads on {kvHeads} key heads");
    }

    private string Input(int index) => index < _inputs.Count ? _inputs[index] : "";

    private int Integer(string name, int otherwise = 0) => _attributes.TryGetValue(name, out var attribute) ? (int)attribute.Integer(3) : otherwise;

    private float Real(string name) => _attributes.TryGetValue(name, out var attribute) ? BitConverter.UInt32BitsToSingle((uint)attribute.Integer(2)) : 0;
}
